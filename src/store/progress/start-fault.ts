import type { Failure } from '../../domain/failures.js';
import { nameFault } from '../../domain/names.js';
import { SESSION_TYPES } from '../../domain/session-types/catalog.js';
import { jsonFault } from '../../domain/json.js';
import { isAddressable } from '../with-scope.js';
import type { GenerateInput } from '../../ports/progress-store.js';
import type { FactsRow, Known, StartInput } from './facts-row.js';

const notAuthorized = (message: string): Failure => ({ kind: 'not_authorized', message });
const blocked = (message: string): Failure => ({ kind: 'blocked', message });

/** What is wrong with an input before the database is asked: ids and names may be any text. */
export function inputFault(input: GenerateInput): Failure | null {
  if (!isAddressable(input.scope)) {
    return notAuthorized('scope: accountId, projectId and userId must be lower-case UUIDs. Use the scope your project was set up with.');
  }
  if (!isAddressable(input.scope, input.sessionId)) {
    return blocked('sessionId: the Workflow Id must be 1 to 128 letters, digits, _ and -, starting with a letter or digit. Start again with such an id.');
  }
  return input.start === null ? null : startInputFault(input.start);
}

function startInputFault(start: StartInput): Failure | null {
  const fault = jsonFault(start);
  if (fault) return blocked(`start${fault.path.slice(1)} ${fault.reason}.`);
  if (!Object.hasOwn(SESSION_TYPES, start.sessionType)) return blocked('sessionType: no such session type.');
  const inContext = nameFault(start.context);
  if (inContext) return blocked(`context: ${shown(start.context)} ${inContext}.`);
  const { level } = SESSION_TYPES[start.sessionType];
  if (level === 'context') {
    return start.component === undefined
      ? null
      : blocked(`component: ${start.sessionType} works on a whole context. Leave component out.`);
  }
  if (start.component === undefined) return blocked(`component: ${start.sessionType} needs one. Name a component of the context.`);
  const inComponent = nameFault(start.component);
  return inComponent === null ? null : blocked(`component: ${shown(start.component)} ${inComponent}.`);
}

/** Why a session that is not there yet cannot begin. Foreign and unknown things are told apart for nobody. */
export function beginFault(input: GenerateInput, row: FactsRow): Failure | null {
  const { start } = input;
  if (row.owned === false) return notAuthorized('sessionId: not usable in this scope. Start again with another id.');
  if (row.session === null && start === null) return notAuthorized('sessionId: no such session in this scope.');
  if (row.project === null || (start !== null && row.session === null && !row.member)) {
    return notAuthorized('scope: no such account, project or member. Use the scope your project was set up with.');
  }
  if (start?.parent !== undefined && !row.parentKnown) return notAuthorized('parent: no such session in this scope.');
  return null;
}

/** The session and its subject, or why there is nothing to work on. */
export function known(session: FactsRow['session'], row: FactsRow): { ok: true; known: Known } | { ok: false; failure: Failure } {
  const no = (failure: Failure) => ({ ok: false as const, failure });
  if (session === null || row.project === null) return no(notAuthorized('sessionId: no such session in this scope.'));
  if (row.context === null) {
    return no(blocked(`context: ${shown(session.context)} is not in the project's model. Declare it in specwright.yaml and run "specwright project apply".`));
  }
  if (session.component !== null && !row.components.some(({ name }) => name === session.component)) {
    return no(blocked(`component: ${shown(session.component)} is not in the context ${session.context}. Declare it in specwright.yaml and run "specwright project apply".`));
  }
  return { ok: true, known: { session, project: row.project, context: row.context } };
}

const shown = (name: unknown): string => JSON.stringify(String(name).slice(0, 120).toWellFormed());
