import { tail, type Failure } from '../../domain/failures.js';
import type { AgentRun } from '../../domain/result.js';
import type { LineOutcome } from '../run-lines.js';
import type { AgentOutcome } from './agent.js';
import { resetTimeIn, untilFrom, type Clock } from './reset-time.js';

/** What stopped an agent, where it is not the work: its limit, its sign-in, or a conversation it does not have. */
export type Hindrance = 'limit' | 'sign_in' | 'no_conversation';

/** What an agent's program said of its run, read event by event. */
export interface AgentSaid {
  /** How it said it ended; null until it did. */
  readonly end: 'ok' | 'failed' | null;
  /** Its last words to the user. */
  readonly text: string;
  /** Why it failed, in its words. */
  readonly error: string | null;
  readonly hindrance: Hindrance | null;
  /** When the limit that turned it away ends, in milliseconds since 1970, where it told so as data. */
  readonly limitEndsMs: number | null;
  readonly run: AgentRun;
}

export const NOTHING_SAID: AgentSaid = {
  end: null,
  text: '',
  error: null,
  hindrance: null,
  limitEndsMs: null,
  run: {},
};

/** Ids that are told and taken as arguments; nothing else is one, least of all an option. */
const CONVERSATION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

export function asConversationId(value: unknown): string | null {
  return typeof value === 'string' && CONVERSATION_ID.test(value) ? value : null;
}

/** Tokens as told. Programs print zeros where they counted nothing, and what is not known stays away. */
export function tokensTold(inputTokens: number | null, outputTokens: number | null): AgentRun {
  if ((inputTokens ?? 0) === 0 && (outputTokens ?? 0) === 0) return {};
  return {
    ...(inputTokens === null ? {} : { inputTokens }),
    ...(outputTokens === null ? {} : { outputTokens }),
  };
}

/** What the judging of a run has to go on. */
export interface AgentEnded {
  /** What the program is called in messages. */
  readonly name: string;
  readonly said: AgentSaid;
  readonly outcome: LineOutcome;
  /** Also says what kept it, where it ended before it could say so in an event. */
  readonly hindrance: Hindrance | null;
  readonly stderr: string;
  /** What to do about a missing sign-in, as the end of a sentence. */
  readonly signInFix: string;
}

const MAX_ERROR = 400;

/** An agent's exit code and words as an outcome. */
export function judgeAgent(ended: AgentEnded, clock: Clock): AgentOutcome {
  const { name, said, outcome } = ended;
  const agent = Object.keys(said.run).length === 0 ? {} : { agent: said.run };
  if (!outcome.ran) return { ok: false, failure: outcome.failure, ...agent };
  const { exitCode } = outcome;
  if (exitCode === 0 && said.end === 'ok') return { ok: true, exitCode, text: said.text, ...agent };
  const why = said.error?.trim().slice(0, MAX_ERROR).toWellFormed() ?? tail(ended.stderr.trim(), MAX_ERROR);
  const failure = (kind: Failure['kind'], message: string): Failure => ({
    kind,
    message: why === '' ? message : `${message}: ${why}`,
    ...(outcome.tail === '' ? {} : { detail: outcome.tail }),
  });
  const failed = (found: Failure): AgentOutcome => ({ ok: false, exitCode, failure: found, ...agent });
  if (ended.hindrance === 'limit') {
    const until = untilFrom(said.limitEndsMs, clock) ?? untilFrom(resetTimeIn(why, clock), clock);
    return failed({ ...failure('quota', `${name} is at its limit`), ...(until === undefined ? {} : { until }) });
  }
  if (ended.hindrance === 'sign_in')
    return failed(failure('agent_failed', `${name} is not signed in; ${ended.signInFix}`));
  if (exitCode === 0 && said.end === null)
    return failed(failure('agent_failed', `${name} ended without saying how its work went`));
  return failed(
    failure('agent_failed', exitCode === 0 ? `${name} failed` : `${name} ended with exit code ${exitCode}`),
  );
}
