import { uuid4 } from '@temporalio/workflow';
import type { Generated, InteractionKey } from '../contract/activities.js';
import type { Refusal } from '../contract/messages.js';
import { undone } from '../domain/children.js';
import type { SpawnMetadata } from '../domain/command.js';
import type { Failure } from '../domain/failures.js';
import { resultDigest } from '../domain/digest.js';
import { CHILDREN_DIGEST } from '../domain/inbox.js';
import type { CompletedTurn } from '../domain/progress.js';
import type { ExecutionMode, Verdict } from '../domain/session.js';
import { executorActivities, type Fast } from './activity-proxies.js';
import { fromClient, observed, type CarriedOut } from './carried-out.js';
import { keepAccepted } from './keep-rejected.js';
import type { Session } from './session.js';
import { fromChildren } from './spawn-turn.js';

export type TurnEnd = CompletedTurn | 'continue-as-new' | { readonly fatal: Failure };

/** One turn: a command is handed out, carried out by whoever it is for, and its result is judged. */
export async function takeTurn(session: Session, fast: Fast): Promise<TurnEnd> {
  const resumed = session.open;
  if (resumed === null) session.seq += 1;
  const key: InteractionKey = {
    scope: session.input.scope,
    sessionId: session.id,
    seq: session.seq,
    commandId: resumed?.commandId ?? uuid4(),
    step: session.step,
  };
  const mode = resumed?.mode ?? session.mode;
  const generated = resumed
    ? await fast.loadCommand({ ...key, mode })
    : await fast.generateCommand(session.step)({
        ...key,
        mode,
        start: session.seq === 1 ? session.input : null,
      });
  if (!generated.ok) refuseAccepted(session);
  if (!generated.ok) return 'fatal' in generated ? { fatal: generated.failure } : turnEnd(session, generated.failure);
  if (generated.bounds) session.bounds = generated.bounds;
  open(session, key, mode, generated);
  for (;;) {
    const done = await carryOut(session, fast, key, generated);
    if (done.kind === 'again') return 'continue-as-new';
    const verdict = await judge(session, fast, key, done);
    if (verdict) return fold(session, fast, verdict);
  }
}

function open(
  session: Session,
  { commandId, seq, step }: InteractionKey,
  mode: ExecutionMode,
  generated: Generated & { ok: true },
): void {
  session.open = { commandId, seq, step, for: generated.for, mode };
  const forClient = generated.for === 'client' || (generated.for === 'children' && mode === 'manual');
  if (generated.for !== 'client') session.refused.forgetEarly();
  session.command = 'command' in generated && forClient ? generated.command : null;
  session.wait(generated.for);
  session.settle();
}

async function carryOut(
  session: Session,
  fast: Fast,
  key: InteractionKey,
  generated: Generated & { ok: true },
): Promise<CarriedOut> {
  switch (generated.for) {
    case 'client':
      return fromClient(session);
    case 'executor': {
      const executor = executorActivities(session.executorQueue!, generated.timeoutMs, generated.title);
      return observed(() => executor.runCommand(key));
    }
    case 'children':
      return fromChildren(session, fast, key, generated.command.metadata as SpawnMetadata, generated.command.timeoutMs);
  }
}

/** Null when the lease was not the current one: the report is refused and the command stays open. */
async function judge(
  session: Session,
  fast: Fast,
  key: InteractionKey,
  done: CarriedOut & { kind: 'result' },
): Promise<Verdict | null> {
  const { kind: _kind, ...reported } = done;
  const digest =
    session.accepted?.digest ?? (session.open?.for === 'children' ? CHILDREN_DIGEST : resultDigest(done.result));
  const validated = await fast.validateResult(key.step)({ ...key, ...reported, digest, ...session.told.now() });
  session.told.note(validated);
  if (validated.kind === 'verdict') {
    if (validated.digest !== undefined) {
      await keepAccepted(session, validated.digest);
      session.refuseAccepted(conflictWith(validated.digest, validated.at));
    }
    session.answer(key.commandId, validated.digest ?? digest);
    return validated.verdict;
  }
  session.refuseAccepted(STALE_LEASE);
  return null;
}

const STALE_LEASE: Refusal = {
  code: 'stale_lease',
  message: 'the lease is not the current one',
  field: 'report.lease',
  fix: 'take the command again',
};

/** The report that was first is in Postgres, though its answer and all of Temporal's memory of it were lost. */
const conflictWith = (digest: string, at: string | undefined): Refusal => ({
  code: 'result_conflict',
  message: 'another result was accepted for this command',
  fix: 'ask nextCommand for what is to be done now',
  ...(at === undefined ? { digest } : { digest, at }),
});

async function fold(session: Session, fast: Fast, verdict: Verdict): Promise<TurnEnd> {
  session.patch = { ...session.patch, ...verdict.patch };
  for (const { component, failure } of verdict.charged ?? []) {
    const child = session.children.find((known) => known.component === component);
    if (!child) continue;
    session.told.note(await fast.recordChild(session.recordChild({ ...child, failure })));
  }
  const end = turnEnd(session, verdict.failure ?? null);
  const failed = undone(session.children, session.waivers).filter((child) => child.status !== 'planned');
  const attempts = Math.max(0, ...failed.map(({ attempt }) => attempt));
  return { ...end, status: verdict.status, ...(verdict.status === 'error' && attempts > 0 ? { attempts } : {}) };
}

/** After continue-as-new the command may be gone: a report on it that came meanwhile is not for the next one. */
function refuseAccepted(session: Session): void {
  session.refuseAccepted({
    code: 'unknown_interaction',
    message: 'the command could not be loaded again',
    fix: 'ask nextCommand',
  });
}

function turnEnd(session: Session, failure: Failure | null): CompletedTurn {
  session.open = null;
  session.command = null;
  session.runningChildren = [];
  session.lastFailure = failure;
  session.wait('system');
  return { step: session.step, status: 'error', failure };
}
