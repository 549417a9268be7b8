export function toPatch(columns) {
    return {
        ...(columns.workspace !== null && { workspace: columns.workspace }),
        ...(columns.branch !== null && { branch: columns.branch }),
        ...(columns.baseSha !== null && { baseSha: columns.baseSha }),
        ...(columns.commit !== null && { commit: columns.commit }),
        ...(columns.remoteSha !== null && { remoteSha: columns.remoteSha }),
        ...(columns.pullRequest !== null && { pullRequest: columns.pullRequest }),
    };
}
/** The row a start input makes, before it is there. */
export function sessionOf(start) {
    return {
        type: start.sessionType,
        context: start.context,
        component: start.component ?? null,
        status: 'active',
        mode: start.mode ?? 'manual',
        executorQueue: start.executorQueue ?? null,
        parentSessionId: start.parent?.sessionId ?? null,
        parentBranch: start.parent?.branch ?? null,
        attempt: start.parent?.attempt ?? 1,
        waitingOn: null,
        state: { workspace: null, branch: null, baseSha: null, commit: null, remoteSha: null, pullRequest: null },
    };
}
export function toFacts(scope, sessionId, row, known, mode) {
    const { session, project, context } = known;
    const parent = session.parentSessionId;
    return {
        scope,
        session: {
            id: sessionId,
            type: session.type,
            context: session.context,
            component: session.component,
            mode,
            executorQueue: session.executorQueue,
            parent: parent === null ? null : { sessionId: parent, branch: session.parentBranch ?? '' },
            attempt: session.attempt,
            state: toPatch(session.state),
        },
        project,
        context,
        component: row.components.find(({ name }) => name === session.component) ?? null,
        components: row.components,
        stories: row.stories,
        rules: row.rules,
        lastFailure: row.last !== null && row.last.status !== 'ok' ? row.last.failure : row.replaced,
        earlierTurns: row.earlierTurns,
        children: row.children,
    };
}
