import { jsonFault } from '../../domain/json.js';
import { isAddressable } from '../with-scope.js';
const notAuthorized = (message) => ({ kind: 'not_authorized', message });
const blocked = (message) => ({ kind: 'blocked', message });
/** What would not even get into a statement. The workflow checked the rest of the input at its start. */
export function inputFault(input) {
    if (!isAddressable(input.scope)) {
        return notAuthorized('scope: accountId, projectId and userId must be lower-case UUIDs. Use the scope your project was set up with.');
    }
    if (!isAddressable(input.scope, input.sessionId)) {
        return blocked('sessionId: the Workflow Id must be 1 to 128 letters, digits, _ and -, starting with a letter or digit. Start again with such an id.');
    }
    const fault = jsonFault(input.start);
    return fault && blocked(`start${fault.path.slice(1)} ${fault.reason}. Send well-formed JSON.`);
}
/** Why a session that is not there yet cannot begin. Foreign and unknown things are told apart for nobody. */
export function beginFault(input, row) {
    const { start } = input;
    if (row.owned === false)
        return notAuthorized('sessionId: not usable in this scope. Start again with another id.');
    if (row.session === null && start === null)
        return notAuthorized('sessionId: no such session in this scope.');
    if (row.project === null || (start !== null && row.session === null && !row.member)) {
        return notAuthorized('scope: no such account, project or member. Use the scope your project was set up with.');
    }
    if (start?.parent !== undefined && !row.parentKnown)
        return notAuthorized('parent: no such session in this scope.');
    return null;
}
/** The session and its subject, or why there is nothing to work on. */
export function known(session, row) {
    const no = (failure) => ({ ok: false, failure });
    if (session === null || row.project === null)
        return no(notAuthorized('sessionId: no such session in this scope.'));
    if (row.context === null) {
        return no(blocked(`context: ${shown(session.context)} is not in the project's model. Declare it in specwright.yaml and run "specwright project apply".`));
    }
    if (session.component !== null && !row.components.some(({ name }) => name === session.component)) {
        return no(blocked(`component: ${shown(session.component)} is not in the context ${session.context}. Declare it in specwright.yaml and run "specwright project apply".`));
    }
    return { ok: true, known: { session, project: row.project, context: row.context } };
}
const shown = (name) => JSON.stringify(String(name).slice(0, 120).toWellFormed());
