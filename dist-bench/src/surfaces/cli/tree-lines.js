/** The live tree as text: session → children, each with step, attempt, on whom it waits and since when. */
export function treeLines(tree, now) {
    const root = tree[0];
    if (!root)
        return [];
    return linesOf(root, tree, now, '', '');
}
function linesOf(session, tree, now, lead, below) {
    const children = tree.filter(({ parentSessionId }) => parentSessionId === session.sessionId);
    const nested = children.flatMap((child, index) => {
        const isLast = index === children.length - 1;
        return linesOf(child, tree, now, `${below}${isLast ? '└─ ' : '├─ '}`, `${below}${isLast ? '   ' : '│  '}`);
    });
    return [`${lead}${describe(session, now)}`, ...nested];
}
const MARKS = { active: '…', complete: '✓', failed: '✗', cancelled: '–' };
function describe(session, now) {
    const { status, component, context, attempt, step, waitingOn, failure } = session;
    const subject = component === null ? context : component;
    const parts = [`${MARKS[status]} ${subject}`, session.type];
    if (session.parentSessionId !== null)
        parts.push(`attempt ${attempt}`);
    if (status === 'active') {
        if (step !== null)
            parts.push(`${step} (${session.seq})`);
        if (waitingOn !== null)
            parts.push(`waiting on ${waitingOn}`);
    }
    else {
        parts.push(status);
        if (failure)
            parts.push(`${failure.kind}: ${failure.message.slice(0, 160)}`);
    }
    return `${parts.join(' · ')} · ${elapsed(session, now)}`;
}
export function elapsed({ createdAt, closedAt }, now) {
    const end = closedAt === null ? now.getTime() : Date.parse(closedAt);
    return `${Math.max(0, (end - Date.parse(createdAt)) / 1000).toFixed(1)}s`;
}
