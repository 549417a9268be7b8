/** Names along one cycle, the first repeated at the end (`a → b → a`), or null. */
export function findCycle(nodes) {
    const byName = new Map(nodes.map((node) => [node.name, node]));
    const done = new Set();
    for (const start of nodes) {
        const path = [];
        const cycle = visit(start.name, byName, done, path);
        if (cycle)
            return cycle;
    }
    return null;
}
function visit(name, byName, done, path) {
    const at = path.indexOf(name);
    if (at >= 0)
        return [...path.slice(at), name];
    if (done.has(name))
        return null;
    path.push(name);
    for (const dependency of byName.get(name)?.dependsOn ?? []) {
        const cycle = visit(dependency, byName, done, path);
        if (cycle)
            return cycle;
    }
    path.pop();
    done.add(name);
    return null;
}
/** By priority (high first), then by name: the order in which ready components start. */
export function startOrder(nodes) {
    return [...nodes].sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
