import type { Failure } from '../../domain/failures.js';
import { jsonFault } from '../../domain/json.js';
import type { JudgedFile } from '../../domain/evidence.js';
import type { Result } from '../../domain/result.js';
import type { Verdict } from '../../domain/session.js';
import type { Completed, ValidateInput } from '../../ports/progress-store.js';
import { cleanText } from '../clean-text.js';
import type { Pool } from '../pool.js';
import { isValueError } from '../sql-errors.js';
import { isAddressable, type Statement, type Tx, withScope } from '../with-scope.js';
import { DesignRefused } from '../project/add-designed.js';
import type { FactsRow } from './facts-row.js';
import { gatherFacts } from './gather-facts.js';
import { judgeInteraction, type Judge } from './judge-interaction.js';
import { type InlineOutput, loadOutputs, splitOutputs } from './report-outputs.js';
import { known } from './start-fault.js';

const COMPLETE: Statement = {
  name: 'complete_interaction',
  text: `
WITH completed AS (
  UPDATE interactions SET status = $6, verdict = $7, failure = $8, result = $9, source = $10, digest = $11,
    input_tokens = $24, output_tokens = $25, cost_usd = $26, completed_at = now()
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND seq = $4 AND command_id = $5 AND status = 'pending'
), s AS (
  UPDATE sessions SET workspace = coalesce($12, workspace), branch = coalesce($13, branch),
    base_sha = coalesce($14, base_sha), commit_sha = coalesce($15, commit_sha), remote_sha = coalesce($16, remote_sha),
    pull_request = coalesce($17, pull_request), tests = coalesce($23, tests), judged = coalesce($27, judged), last_failure = $8, waiting_on = 'system', waiting_since = now(),
    waiting_reason = NULL, revision = revision + 1
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3
  RETURNING revision
), stored AS (
  INSERT INTO outputs (account_id, project_id, output_id, session_id, command_id, name, sha256, bytes, finished_at)
  SELECT $1, $2, o.id, $3, $5, o.name, o.sha256, octet_length(o.content), now()
  FROM unnest($18::uuid[], $19::text[], $20::text[], $21::bytea[]) AS o (id, name, sha256, content)
), chunks AS (
  INSERT INTO output_chunks (account_id, project_id, output_id, number, content)
  SELECT $1, $2, o.id, 0, o.content FROM unnest($18::uuid[], $21::bytea[]) AS o (id, content)
  WHERE octet_length(o.content) > 0
)
INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
SELECT $1, $2, $3, revision, 'interaction_completed', $22 FROM s`,
};

/** What goes into the row besides the verdict. */
interface Storable {
  readonly stored: Result | null;
  readonly inline: readonly InlineOutput[];
  readonly judged?: readonly JudgedFile[];
}

const NOTHING: Storable = { stored: null, inline: [] };

/** See {@link ProgressStore.completeInteraction}. Two round trips, three when outputs are read back. */
export async function completeInteraction(pool: Pool, input: ValidateInput, judge: Judge): Promise<Completed> {
  if (!isAddressable(input.scope, input.sessionId)) return { kind: 'verdict', verdict: orphan() };
  try {
    return await attempt(pool, input, judge);
  } catch (error) {
    if (error instanceof DesignRefused) {
      return attempt(pool, input, () => invalid(`The design does not fit into the project: ${error.message}.`));
    }
    if (!isValueError(error)) throw error;
    return attempt(pool, input, () => invalid(`Postgres cannot store the result: ${error.message}`), NOTHING);
  }
}

function attempt(pool: Pool, input: ValidateInput, judge: Judge, only?: Storable): Promise<Completed> {
  return withScope<Completed>(
    pool,
    input.scope,
    async (tx) => {
      const row = await gatherFacts(tx, input, null);
      const settled = settledAnswer(input, row);
      if (settled) return settled;
      const { verdict, storable } = await judged(tx, input, row, judge, only);
      await write(tx, input, verdict, storable);
      return { kind: 'verdict', verdict };
    },
    { lockSession: input.sessionId },
  );
}

/** The answer when there is nothing to judge (any more), or null. */
function settledAnswer(input: ValidateInput, { interaction, lease }: FactsRow): Completed | null {
  if (interaction?.verdict) {
    const { verdict, digest, completedAt } = interaction;
    if (digest === null || digest === input.digest) return { kind: 'verdict', verdict };
    return { kind: 'verdict', verdict, digest, ...(completedAt === null ? {} : { at: completedAt }) };
  }
  if (interaction === null || interaction.status !== 'pending') return { kind: 'verdict', verdict: orphan() };
  if (lease === null) return null;
  const isStale = input.lease === undefined ? !lease.expired : input.lease !== lease.number;
  return isStale ? { kind: 'stale_lease' } : null;
}

async function judged(
  tx: Tx,
  input: ValidateInput,
  row: FactsRow,
  judge: Judge,
  only: Storable | undefined,
): Promise<{ verdict: Verdict; storable: Storable }> {
  const refused = (message: string) => ({ verdict: invalid(message), storable: NOTHING });
  const fault = only ? null : jsonFault(input.result, 'result');
  if (fault) return refused(`The result cannot be stored: ${fault.path} ${fault.reason}.`);
  const split = only ? { ok: true as const, ...only } : splitOutputs(input.result);
  if (!split.ok) return refused(`The result cannot be stored: ${split.message}.`);
  const found = known(row.session, row);
  const command = row.interaction?.command ?? null;
  if (!found.ok || command === null) {
    const failure = found.ok ? internal('the command is not in its row') : found.failure;
    return { verdict: { status: 'error', failure, patch: {} }, storable: split };
  }
  const outputs = await loadOutputs(tx, input, input.result, split.inline);
  const { verdict, judged: files } = await judgeInteraction(tx, input, { row, command, outputs }, judge);
  return { verdict, storable: { ...split, ...(files ? { judged: files } : {}) } };
}

async function write(tx: Tx, input: ValidateInput, verdict: Verdict, storable: Storable): Promise<void> {
  const { stored, inline } = storable;
  const { patch, failure } = verdict;
  const event = { seq: input.seq, step: input.step, commandId: input.commandId, status: verdict.status };
  await tx.queryAndCommit(COMPLETE, [
    input.scope.accountId,
    input.scope.projectId,
    input.sessionId,
    input.seq,
    input.commandId,
    verdict.status,
    JSON.stringify(verdict),
    failure === undefined ? null : JSON.stringify(failure),
    stored && JSON.stringify(stored),
    input.source,
    input.digest,
    patch.workspace ?? null,
    patch.branch ?? null,
    patch.baseSha ?? null,
    patch.commit ?? null,
    patch.remoteSha ?? null,
    patch.pullRequest ? JSON.stringify(patch.pullRequest) : null,
    inline.map(({ ref }) => ref.id),
    inline.map(({ name }) => name),
    inline.map(({ ref }) => ref.sha256),
    inline.map(({ bytes }) => bytes),
    JSON.stringify(failure === undefined ? event : { ...event, failure: failure.kind }),
    patch.tests ? JSON.stringify(patch.tests) : null,
    stored?.agent?.inputTokens ?? null,
    stored?.agent?.outputTokens ?? null,
    stored?.agent?.costUsd ?? null,
    storable.judged ? JSON.stringify(storable.judged) : null,
  ]);
}

function invalid(message: string): Verdict {
  return { status: 'error', failure: { kind: 'invalid_output', message: cleanText(message) }, patch: {} };
}

const internal = (message: string): Failure => ({ kind: 'internal', message });

/** For a command that a reset or a closing left behind: should somebody still wait for it, the step is taken again. */
function orphan(): Verdict {
  const failure = internal('The command is no longer open: a reset or a closing took its place.');
  return { status: 'warning', failure, patch: {} };
}
