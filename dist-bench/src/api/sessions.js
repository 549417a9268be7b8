import { RefusedError } from '../client.js';
// What surfaces need to name; they import it from here and nowhere deeper.
export { RefusedError };
export function createSessions({ client, reader, newId }) {
    const owned = async (scope, sessionId) => {
        const detail = await reader.get(scope, sessionId);
        if (detail)
            return detail;
        const fix = 'check the id with `specwright list`; a session just started may need a moment';
        throw new RefusedError({ code: 'session_not_found', message: `no session ${sessionId} in this project`, fix });
    };
    return {
        async start(scope, request) {
            const sessionId = newId();
            await client.startSession(sessionId, { scope, ...request });
            await untilReadable(reader, scope, sessionId);
            return { sessionId };
        },
        async next(scope, sessionId) {
            const { status } = await owned(scope, sessionId);
            return status === 'active' ? client.nextCommand(sessionId) : { kind: 'done', status };
        },
        async submit(scope, sessionId, report) {
            await owned(scope, sessionId);
            return client.submitResult(sessionId, report);
        },
        async report(scope, sessionId, report) {
            await owned(scope, sessionId);
            await client.reportResult(sessionId, report);
        },
        async decide(scope, sessionId, action, reason) {
            await owned(scope, sessionId);
            await client.decide(sessionId, { action, userId: scope.userId, reason });
        },
        async cancel(scope, sessionId, reason) {
            await owned(scope, sessionId);
            await client.cancel(sessionId, { userId: scope.userId, reason });
        },
        list: (scope, filter, page) => reader.list(scope, filter, page),
        show: (scope, sessionId) => owned(scope, sessionId),
        async tree(scope, sessionId) {
            await owned(scope, sessionId);
            return reader.tree(scope, sessionId);
        },
        events: (scope, sessionId, afterRevision, limit) => reader.events(scope, sessionId, afterRevision, limit),
    };
}
const READABLE_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 50;
/** The row is written by the first activity; with no worker up the session is started all the same. */
async function untilReadable(reader, scope, sessionId) {
    const end = Date.now() + READABLE_WITHIN_MS;
    while (Date.now() < end && (await reader.get(scope, sessionId)) === null) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
}
