import type { PullRequestEvidence } from '../../domain/evidence.js';
import type { Forge } from '../../domain/forge.js';
import type { Failure } from '../../domain/failures.js';
import { createForgeCaller, type ForgeCaller } from './call-forge.js';
import type { Dialect, ForgeCall, ForgePullRequest, WantedPullRequest } from './dialect.js';
import { forgeAccess, type ForgeAccess } from './forge-access.js';
import { backoffMs, type ForgeLimits } from './limits.js';

export interface PullRequestWork {
  readonly signal: AbortSignal;
  progress(line: string): void;
}

interface Conversation extends ForgeCaller {
  readonly dialect: Dialect;
  readonly limits: ForgeLimits;
  readonly wanted: WantedPullRequest;
}

/**
 * Makes the one pull request of a branch be there with this text and this head, and says what was read back. It looks
 * before it writes and after every doubt, so that it can be repeated after any crash.
 */
export async function openPullRequest(
  forge: Forge,
  wanted: Omit<WantedPullRequest, 'repository'>,
  access: ForgeAccess,
  work: PullRequestWork,
): Promise<PullRequestEvidence> {
  const { limits } = access;
  const { dialect, apiUrl, token } = forgeAccess(forge, access);
  const caller = createForgeCaller({ dialect, apiUrl, token, limits, signal: work.signal });
  const conversation = { ...caller, dialect, limits, wanted: { ...wanted, repository: forge.repository } };
  work.progress(`opening a pull request on ${dialect.name}`);
  const there = await findOrCreate(conversation);
  if (there.state === 'open' && !hasText(there, wanted)) {
    await answerTo(conversation, dialect.update(conversation.wanted, there.number));
  }
  const evidence = await readBack(conversation, there.number);
  work.progress(`pull request ${evidence.number} is ${evidence.state}, head ${evidence.headSha.slice(0, 12)}`);
  return evidence;
}

async function findOrCreate(conversation: Conversation): Promise<ForgePullRequest> {
  const { dialect, limits, wanted } = conversation;
  let refused: Failure | null = null;
  for (let tried = 1; ; tried += 1) {
    const listed = await answerTo(conversation, dialect.list(wanted));
    if (!Array.isArray(listed)) throw conversation.failed(strange(dialect, dialect.list(wanted)));
    const known = delivered(
      listed.map((item) => dialect.parse(item, wanted)),
      wanted.commit,
    );
    if (known !== null) return known;
    if (refused !== null && tried > limits.tries) throw conversation.failed(refused);
    const answer = await conversation.call(dialect.create(wanted));
    if ('body' in answer) return parsed(conversation, dialect.create(wanted), answer.body);
    refused = answer.refused;
    await conversation.pause(backoffMs(limits, tried), refused);
  }
}

/** The open one; else one that was merged with this very commit. A closed one is somebody's "no" to something earlier. */
function delivered(found: readonly (ForgePullRequest | null)[], commit: string): ForgePullRequest | null {
  const ours = found.filter((one) => one !== null);
  const open = ours.find(({ state }) => state === 'open');
  return open ?? ours.find(({ state, headSha }) => state === 'merged' && headSha === commit) ?? null;
}

/** Forges change line ends and cut white space off. */
function hasText(there: ForgePullRequest, wanted: Pick<WantedPullRequest, 'title' | 'body'>): boolean {
  const plain = (text: string): string => text.replaceAll('\r\n', '\n').trim();
  return plain(there.title) === plain(wanted.title) && plain(there.body) === plain(wanted.body);
}

/** Until the forge has seen the push. A head that stays another one is not what was pushed, and is not evidence of it. */
async function readBack(conversation: Conversation, number: number): Promise<PullRequestEvidence> {
  const { dialect, limits, wanted } = conversation;
  const call = dialect.read(wanted, number);
  for (let tried = 1; ; tried += 1) {
    const { url, state, headSha } = parsed(conversation, call, await answerTo(conversation, call));
    if (headSha === wanted.commit) return { url, number, state, headSha };
    const message = `${dialect.name} shows ${headSha ?? 'no commit'} as the head of pull request ${number}, expected ${wanted.commit}`;
    const failure: Failure = { kind: 'forge_error', message: `${message} (${call.method} ${call.path})` };
    if (tried >= limits.tries) throw conversation.failed(failure);
    await conversation.pause(backoffMs(limits, tried), failure);
  }
}

async function answerTo(conversation: Conversation, call: ForgeCall): Promise<unknown> {
  const answer = await conversation.call(call);
  if ('refused' in answer) throw conversation.failed(answer.refused);
  return answer.body;
}

function parsed({ dialect, wanted, failed }: Conversation, call: ForgeCall, body: unknown): ForgePullRequest {
  const found = dialect.parse(body, wanted);
  if (found === null) throw failed(strange(dialect, call));
  return found;
}

function strange({ name }: Dialect, { method, path }: ForgeCall): Failure {
  const message = `${name} answered with something else than a pull request of this branch (${method} ${path})`;
  return { kind: 'forge_error', message };
}
