import { findCycle } from '../domain/component-graph.js';
import { pathOf } from '../domain/names.js';
import { nearestName } from './nearest-name.js';
/** What is wrong between the parts of a file whose shape is right. */
export function modelFaults(content) {
    const components = placedComponents(content);
    const faults = [
        ...duplicates(content.contexts.map(({ name }, index) => ({ key: name, path: ['contexts', index, 'name'] }))),
        ...duplicates(components.map(({ name, path }) => ({ key: name, path: [...path, 'name'] }))),
        ...duplicates(content.rules.map(({ name }, index) => ({ key: name, path: ['rules', index, 'name'] }))),
        ...content.contexts.flatMap(({ stories }, index) => duplicates(stories.map(({ title }, at) => ({ key: title, path: ['contexts', index, 'stories', at, 'title'] })))),
        ...unknownDependencies(components),
    ];
    return faults.length > 0 ? faults : [...collidingFiles(components), ...cycles(components)];
}
function placedComponents({ contexts }) {
    return contexts.flatMap((context, contextIndex) => context.components.map(({ name, priority, dependsOn }, index) => ({
        name,
        priority,
        dependsOn,
        file: `${pathOf(context.name)}/${pathOf(name)}`,
        path: ['contexts', contextIndex, 'components', index],
    })));
}
function duplicates(items) {
    const seen = new Set();
    return items.flatMap(({ key, path }) => {
        if (!seen.has(key)) {
            seen.add(key);
            return [];
        }
        return [{ path, message: `is "${key}" a second time`, expected: 'a name of its own' }];
    });
}
function unknownDependencies(components) {
    const names = new Set(components.map(({ name }) => name));
    return components.flatMap(({ name, dependsOn, path }) => dependsOn.flatMap((dependency, index) => {
        const at = [...path, 'dependsOn', index];
        if (dependsOn.indexOf(dependency) < index) {
            return [{ path: at, message: `is "${dependency}" a second time`, expected: 'each dependency once' }];
        }
        if (names.has(dependency))
            return [];
        const others = [...names].filter((other) => other !== name);
        const near = nearestName(dependency, others);
        const expected = near === null ? 'the name of a component of this file' : `${near}, if that was meant`;
        return [{ path: at, message: `is "${dependency}", which no component is called`, expected }];
    }));
}
/** Two names may differ and still give one file, `LineItem` and `line-item`. */
function collidingFiles(components) {
    const firstByFile = new Map();
    return components.flatMap(({ name, file, path }) => {
        const first = firstByFile.get(file);
        if (first === undefined) {
            firstByFile.set(file, name);
            return [];
        }
        const message = `is "${name}", whose files are those of "${first}" (${file})`;
        return [{ path: [...path, 'name'], message, expected: 'a name that gives a path of its own' }];
    });
}
function cycles(components) {
    const cycle = findCycle(components);
    if (cycle === null)
        return [];
    const from = components.find(({ name }) => name === cycle[0]);
    const index = from?.dependsOn.indexOf(cycle[1] ?? '') ?? -1;
    return [
        {
            path: from === undefined ? [] : [...from.path, 'dependsOn', index],
            message: `closes a cycle: ${cycle.join(' → ')}`,
            expected: 'dependencies without a cycle',
        },
    ];
}
