import type { Command } from '../../domain/command.js';
import type { Failure } from '../../domain/failures.js';
import type { JudgedFile } from '../../domain/evidence.js';
import type { ChargedComponent, Verdict } from '../../domain/session.js';
import type { JudgeInput, Judgement, ValidateInput } from '../../ports/progress-store.js';
import { cleaned } from '../clean-text.js';
import { addDesigned, lockModel } from '../project/add-designed.js';
import type { Statement, Tx } from '../with-scope.js';
import { type FactsRow, toFacts } from './facts-row.js';
import { gatherFacts } from './gather-facts.js';
import { known } from './start-fault.js';

export type Judge = (input: JudgeInput) => Judgement;

/** What is judged: the facts, the command as it was handed out, and the bytes of the outputs. */
interface Case {
  readonly row: FactsRow;
  readonly command: Command;
  readonly outputs: ReadonlyMap<string, Uint8Array>;
}

/** Judges, and writes what a verdict brings besides itself: additions to the model, and what is held against children. */
export async function judgeInteraction(
  tx: Tx,
  input: ValidateInput,
  { row, command, outputs }: Case,
  judge: Judge,
): Promise<{ readonly verdict: Verdict; readonly judged: readonly JudgedFile[] | undefined }> {
  const look = (now: FactsRow): Judgement => {
    const found = known(now.session, now);
    if (!found.ok) return { status: 'error', failure: found.failure, patch: {} };
    const facts = toFacts(input.scope, input.sessionId, now, found.known, found.known.session.mode);
    return judge({ facts, command, result: input.result, source: input.source, outputs });
  };
  let judgement = look(row);
  if (judgement.designed) {
    // Once more, with the model as it is while nobody else can change it.
    await lockModel(tx, input.scope);
    judgement = look(await gatherFacts(tx, input, null));
    if (judgement.designed) await addDesigned(tx, input.scope, judgement.designed);
  }
  const { designed: _designed, judged, charged, ...verdict } = cleaned(judgement);
  if (charged === undefined) return { verdict, judged };
  await tx.query(CHARGE, [input.scope.accountId, input.scope.projectId, input.sessionId, JSON.stringify(charged)]);
  return { verdict: { ...verdict, charged: charged.map(shortened) }, judged };
}

const CHARGE: Statement = {
  name: 'charge_children',
  text: `
UPDATE session_children c SET failure = m.failure
FROM jsonb_to_recordset($4) AS m (component text, failure jsonb)
WHERE c.account_id = $1 AND c.project_id = $2 AND c.parent_session_id = $3 AND c.component = m.component
  AND c.attempt = (SELECT max(n.attempt) FROM session_children n
                   WHERE n.account_id = $1 AND n.project_id = $2 AND n.parent_session_id = $3
                     AND n.component = m.component)`,
};

const MAX_MESSAGE = 300;

/** As it travels through history, for a hundred components and more; the whole failure is in the child's row. */
function shortened({ component, failure: { kind, message } }: ChargedComponent): ChargedComponent {
  const cut = message.length <= MAX_MESSAGE ? message : message.slice(0, MAX_MESSAGE).replace(/[\ud800-\udbff]$/, '');
  const failure: Failure = { kind, message: cut };
  return { component, failure };
}
