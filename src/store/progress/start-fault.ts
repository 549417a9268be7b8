import type { Failure } from '../../domain/failures.js';
import { jsonFault } from '../../domain/json.js';
import { isAddressable } from '../with-scope.js';
import type { GenerateInput } from '../../ports/progress-store.js';
import type { FactsRow, Known } from './facts-row.js';
import { failureOf, scopeFault, subjectFault } from './start-rules.js';

const notAuthorized = (message: string): Failure => ({ kind: 'not_authorized', message });
const blocked = (message: string): Failure => ({ kind: 'blocked', message });

/** What would not even get into a statement. The workflow checked the rest of the input at its start. */
export function inputFault(input: GenerateInput): Failure | null {
  if (!isAddressable(input.scope)) {
    return notAuthorized(
      'scope: accountId, projectId and userId must be lower-case UUIDs. Use the scope your project was set up with.',
    );
  }
  if (!isAddressable(input.scope, input.sessionId)) {
    return blocked(
      'sessionId: the Workflow Id must be 1 to 128 letters, digits, _ and -, starting with a letter or digit. Start again with such an id.',
    );
  }
  const fault = jsonFault(input.start);
  return fault && blocked(`start${fault.path.slice(1)} ${fault.reason}. Send well-formed JSON.`);
}

/** Why a session that is not there yet cannot begin. Foreign and unknown things are told apart for nobody. */
export function beginFault(input: GenerateInput, row: FactsRow): Failure | null {
  const { start } = input;
  if (row.owned === false) return notAuthorized('sessionId: not usable in this scope. Start again with another id.');
  if (row.session === null && start === null) return notAuthorized('sessionId: no such session in this scope.');
  const isNew = start !== null && row.session === null;
  const fault = scopeFault({ project: row.project !== null, member: !isNew || row.member });
  if (fault) return failureOf(fault);
  if (start?.parent !== undefined && !row.parentKnown) return notAuthorized('parent: no such session in this scope.');
  return null;
}

/** The session and its subject, or why there is nothing to work on. */
export function known(
  session: FactsRow['session'],
  row: FactsRow,
): { ok: true; known: Known } | { ok: false; failure: Failure } {
  const no = (failure: Failure) => ({ ok: false as const, failure });
  if (session === null || row.project === null) return no(notAuthorized('sessionId: no such session in this scope.'));
  const { context } = row;
  const fault = subjectFault(session, context && row.components.map(({ name }) => name));
  if (fault) return no(failureOf(fault));
  return { ok: true, known: { session, project: row.project, context: context! } };
}
