import { findCycle } from '../domain/component-graph.js';
import type { ToolchainSpec } from '../domain/toolchains/toolchain.js';
import { nearestName } from './nearest-name.js';
import { placementFaults } from './placement-faults.js';
import type { ProjectFileContent } from './project-file-schema.js';
import type { Fault } from './zod-faults.js';

interface Placed {
  readonly name: string;
  readonly priority: number;
  readonly dependsOn: readonly string[];
  readonly path: readonly PropertyKey[];
}

/** What is wrong between the parts of a file whose shape is right. Rules are looked at where they are read. */
export function modelFaults(content: ProjectFileContent, toolchain: ToolchainSpec): readonly Fault[] {
  const contexts = content.contexts.map(({ name, dependsOn }, index): Placed => {
    return { name, priority: 0, dependsOn, path: ['contexts', index] };
  });
  const components = content.contexts.flatMap((context, contextIndex) =>
    context.components.map(({ name, priority, dependsOn }, index): Placed => {
      return { name, priority, dependsOn, path: ['contexts', contextIndex, 'components', index] };
    }),
  );
  const faults = [
    ...duplicates(contexts.map(({ name, path }) => ({ key: name, path: [...path, 'name'] }))),
    ...duplicates(components.map(({ name, path }) => ({ key: name, path: [...path, 'name'] }))),
    ...content.contexts.flatMap(({ stories }, index) =>
      duplicates(stories.map(({ title }, at) => ({ key: title, path: ['contexts', index, 'stories', at, 'title'] }))),
    ),
    ...unknownDependencies(contexts, 'context'),
    ...unknownDependencies(components, 'component'),
  ];
  if (faults.length > 0) return faults;
  return [...placementFaults(content, toolchain), ...cycles(contexts), ...cycles(components)];
}

function duplicates(items: readonly { key: string; path: readonly PropertyKey[] }[]): readonly Fault[] {
  const seen = new Set<string>();
  return items.flatMap(({ key, path }) => {
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ path, message: `is "${key}" a second time`, expected: 'a name of its own' }];
  });
}

function unknownDependencies(nodes: readonly Placed[], kind: 'context' | 'component'): readonly Fault[] {
  const names = new Set(nodes.map(({ name }) => name));
  return nodes.flatMap(({ name, dependsOn, path }) =>
    dependsOn.flatMap((dependency, index) => {
      const at = [...path, 'dependsOn', index];
      if (dependsOn.indexOf(dependency) < index) {
        return [{ path: at, message: `is "${dependency}" a second time`, expected: 'each dependency once' }];
      }
      if (names.has(dependency)) return [];
      const others = [...names].filter((other) => other !== name);
      const near = nearestName(dependency, others);
      const expected = near === null ? `the name of a ${kind} of this file` : `${near}, if that was meant`;
      return [{ path: at, message: `is "${dependency}", which no ${kind} is called`, expected }];
    }),
  );
}

function cycles(nodes: readonly Placed[]): readonly Fault[] {
  const cycle = findCycle(nodes);
  if (cycle === null) return [];
  const from = nodes.find(({ name }) => name === cycle[0]);
  const index = from?.dependsOn.indexOf(cycle[1] ?? '') ?? -1;
  return [
    {
      path: from === undefined ? [] : [...from.path, 'dependsOn', index],
      message: `closes a cycle: ${cycle.join(' → ')}`,
      expected: 'dependencies without a cycle',
    },
  ];
}
