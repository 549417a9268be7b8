/** Who carries out a command: the execution mode, the kind, and whether an executor serves the tree decide. */
export function offeredTo(kind, mode, executorQueue) {
    if (kind === 'spawn_children')
        return 'children';
    if (executorQueue === null || mode === 'manual')
        return 'client';
    return mode === 'auto' && kind === 'agent' ? 'client' : 'executor';
}
