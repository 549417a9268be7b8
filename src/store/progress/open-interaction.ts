import type { Command, CommandDraft } from '../../domain/command.js';
import type { StepFacts } from '../../domain/facts.js';
import type { Failure } from '../../domain/failures.js';
import { jsonFault } from '../../domain/json.js';
import { offeredTo } from '../../domain/offer.js';
import type { Built, GenerateInput, Opened, OpenRun } from '../../ports/progress-store.js';
import { cleaned } from '../clean-text.js';
import type { Pool } from '../pool.js';
import { isValueError } from '../sql-errors.js';
import { type Statement, type Tx, withScope } from '../with-scope.js';
import { createSession } from './create-session.js';
import { type FactsRow, type InteractionColumns, type SessionColumns, sessionOf, toFacts } from './facts-row.js';
import { gatherFacts } from './gather-facts.js';
import { reopenSession } from './reopen-session.js';
import { beginFault, inputFault, known } from './start-fault.js';

// Rows of this or a later seq under another id are left from before a reset; so is any other that is still pending.
// The insert reads `orphaned`, so that the old pending row has made room before the new one comes.
const OPEN: Statement = {
  name: 'open_interaction',
  text: `
WITH orphaned AS (
  UPDATE interactions SET status = 'superseded'
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND command_id <> $5 AND status <> 'superseded'
    AND seq >= least($4, (SELECT seq FROM interactions
                          WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND status = 'pending'))
    AND (seq >= $4 OR status = 'pending')
  RETURNING seq
), s AS (
  UPDATE sessions SET step = $6, seq = $4, mode = $7, waiting_on = $8, waiting_since = now(), waiting_reason = NULL,
    parent_branch = coalesce($14, parent_branch), last_failure = coalesce($12, last_failure), revision = revision + 1
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3
  RETURNING revision
), opened AS (
  INSERT INTO interactions (account_id, project_id, session_id, seq, command_id, step, status, kind, command, failure,
    verdict, completed_at)
  SELECT $1, $2, $3, $4, $5, $6, $9, $10, $11, $12, $13, CASE WHEN $9 <> 'pending' THEN now() END
  WHERE (SELECT count(*) FROM orphaned) >= 0
), child AS (
  UPDATE session_children SET status = 'active'
  WHERE $15::boolean AND account_id = $1 AND project_id = $2 AND child_session_id = $3 AND status = 'planned'
)
INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
SELECT $1, $2, $3, revision, $16, $17 FROM s`,
};

/** See {@link ProgressStore.openInteraction}. Two round trips; four when the session begins. */
export async function openInteraction(pool: Pool, input: OpenRun, build: (facts: StepFacts) => Built): Promise<Opened> {
  const fault = inputFault(input);
  if (fault) return { kind: 'refused', failure: fault };
  try {
    // A second look: another attempt of the same activity may create the session at the same moment.
    return (await attempt(pool, input, build)) ?? (await attempt(pool, input, build)) ?? lostRace();
  } catch (error) {
    if (!isValueError(error)) throw error;
    const failure: Failure = { kind: 'invalid_output', message: `Postgres cannot store the command: ${error.message}` };
    return (await attempt(pool, input, () => ({ ok: false, failure }))) ?? lostRace();
  }
}

function lostRace(): never {
  throw new Error('The session was being created elsewhere and is not there yet.');
}

/** Null when the session's row appeared while it was about to be made. */
async function attempt(pool: Pool, input: OpenRun, build: (facts: StepFacts) => Built): Promise<Opened | null> {
  return withScope<Opened | null>(
    pool,
    input.scope,
    async (tx) => {
      const row = await gatherFacts(tx, input, input.start);
      if (row.interaction !== null) return storedAnswer(row.interaction, row.session);
      const refusal = beginFault(input, row) ?? closedFault(input, row);
      if (refusal) return { kind: 'refused', failure: refusal };
      const session = row.session ?? (input.start && sessionOf(input.start, row.project));
      const found = known(session, row);
      if (!found.ok) return { kind: 'refused', failure: found.failure };
      if (row.session === null && input.start && !(await createSession(tx, input, input.start))) return null;
      const facts = toFacts(input.scope, input.sessionId, row, found.known, input.mode);
      const built = storable(build(facts));
      if (found.known.session.status !== 'active') await reopenSession(tx, input);
      await write(tx, input, found.known.session, built);
      return built.ok
        ? openedAs(identified(input, built.command), found.known.session)
        : { kind: 'unbuildable', failure: built.failure };
    },
    { lockSession: input.sessionId },
  );
}

function openedAs(command: Command, session: SessionColumns | null): Opened {
  return { kind: 'opened', command, executorQueue: session?.executorQueue ?? null, bounds: session?.bounds ?? {} };
}

function storedAnswer({ command, failure }: InteractionColumns, session: SessionColumns | null): Opened {
  if (command !== null) return openedAs(command, session);
  return { kind: 'unbuildable', failure: failure ?? { kind: 'internal', message: 'The command was not built.' } };
}

/** A run other than the one that ended the session is one after a reset: the session goes on. */
function closedFault({ runId }: OpenRun, { session }: FactsRow): Failure | null {
  if (session === null || session.status === 'active') return null;
  if (runId !== undefined && runId !== session.closedRunId) return null;
  return { kind: 'blocked', message: `The session is closed as ${session.status}. Start a new one.` };
}

function storable(built: Built): Built {
  if (!built.ok) return { ok: false, failure: cleaned(built.failure) };
  const fault = jsonFault(built.command);
  if (fault === null) return built;
  return {
    ok: false,
    failure: { kind: 'invalid_output', message: `The command cannot be stored: ${fault.path} ${fault.reason}.` },
  };
}

function identified(input: GenerateInput, draft: CommandDraft): Command {
  return { ...draft, id: input.commandId, sessionId: input.sessionId, seq: input.seq, step: input.step };
}

async function write(tx: Tx, input: GenerateInput, session: SessionColumns, built: Built): Promise<void> {
  const failure = built.ok ? null : built.failure;
  const event = { seq: input.seq, step: input.step, commandId: input.commandId };
  const waitingOn = built.ok ? offeredTo(built.command.kind, input.mode, session.executorQueue) : 'system';
  await tx.queryAndCommit(OPEN, [
    input.scope.accountId,
    input.scope.projectId,
    input.sessionId,
    input.seq,
    input.commandId,
    input.step,
    input.mode,
    waitingOn,
    built.ok ? 'pending' : 'error',
    built.ok ? built.command.kind : null,
    built.ok ? JSON.stringify(identified(input, built.command)) : null,
    failure && JSON.stringify(failure),
    failure && JSON.stringify({ status: 'error', failure, patch: {} }),
    input.start?.parent?.branch ?? null,
    session.waitingOn === 'slot',
    built.ok ? 'interaction_opened' : 'interaction_completed',
    JSON.stringify(
      built.ok
        ? { ...event, kind: built.command.kind, waitingOn }
        : { ...event, status: 'error', failure: failure?.kind },
    ),
  ]);
}
