export const REFUSAL_CODES = [
    'invalid_report',
    'unknown_interaction',
    'result_conflict',
    'stale_lease',
    'children_running',
    'not_yours',
    'session_closed',
    'invalid_decision',
    'nothing_to_decide',
];
// The sandbox's `defineUpdate` and its like only make these values; written out, clients share them without its package.
const update = (name) => ({ type: 'update', name });
const signal = (name) => ({ type: 'signal', name });
const query = (name) => ({ type: 'query', name });
export const submitResult = update('submitResult');
export const reportResult = signal('reportResult');
export const nextCommand = query('nextCommand');
export const sessionState = query('sessionState');
export const decide = update('decide');
export const setExecutionMode = update('setExecutionMode');
/** Waits until the session is at rest for the first time; with Update-with-Start it answers a start with the first command. */
export const awaitRest = update('awaitRest');
/** Sent by `client.ts` before Temporal's own Cancel, so that the reason is in the history. */
export const cancelReason = signal('cancelReason');
