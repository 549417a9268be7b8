import { pathOf } from '../domain/names.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import type { Toolchain, ToolchainSpec } from '../domain/toolchains/toolchain.js';
import type { ProjectFileContent } from './project-file-schema.js';
import type { Fault } from './zod-faults.js';

interface Named {
  readonly name: string;
  readonly path: readonly PropertyKey[];
}
interface Placed extends Named {
  /** Where its documents go, its implementation and its tests. */
  readonly places: readonly string[];
  /** The implementation without its extension. */
  readonly module: string;
}

/** Names that are right by themselves and cannot be files beside each other. */
export function placementFaults({ contexts }: ProjectFileContent, spec: ToolchainSpec): readonly Fault[] {
  const toolchain = toolchainOf(spec);
  const named = contexts.map(({ name }, index): Named => ({ name, path: ['contexts', index, 'name'] }));
  const components = contexts.flatMap((context, contextIndex) =>
    context.components.map(({ name }, index): Placed => {
      const implementation = toolchain.implementationPath(context.name, name);
      return {
        name,
        path: ['contexts', contextIndex, 'components', index, 'name'],
        places: [`${pathOf(context.name)}/${pathOf(name)}`, implementation, toolchain.testPath(context.name, name)],
        module: implementation.replace(/\.[^./]*$/, ''),
      };
    }),
  );
  return [
    ...named.flatMap((context) => nameFaults(toolchain, 'context', context)),
    ...components.flatMap((component) => nameFaults(toolchain, 'component', component)),
    ...colliding(components),
    ...(toolchain.fileHidesFolder ? hidden(components) : []),
  ];
}

function nameFaults(toolchain: Toolchain, kind: 'context' | 'component', { name, path }: Named): readonly Fault[] {
  const fault = toolchain.nameFault(kind, name);
  return fault === null ? [] : [{ path, message: `is "${name}", which would be ${fault}`, expected: 'another name' }];
}

/** Two names may differ and still give one file, `LineItem` and `line-item`; so may two that differ in case only. */
function colliding(components: readonly Placed[]): readonly Fault[] {
  const firstAt = new Map<string, string>();
  return components.flatMap(({ name, path, places }) => {
    const taken = places.find((place, index) => {
      const key = place.toLowerCase();
      return firstAt.has(key) || places.findIndex((other) => other.toLowerCase() === key) < index;
    });
    const first = taken === undefined ? undefined : firstAt.get(taken.toLowerCase());
    for (const place of places) if (!firstAt.has(place.toLowerCase())) firstAt.set(place.toLowerCase(), name);
    if (taken === undefined) return [];
    const whose = first === undefined ? 'implementation and tests are one file' : `files are those of "${first}"`;
    const message = `is "${name}", whose ${whose} (${taken})`;
    return [{ path, message, expected: 'a name that gives a path of its own' }];
  });
}

function hidden(components: readonly Placed[]): readonly Fault[] {
  const byModule = new Map(components.map(({ name, module }) => [module, name]));
  return components.flatMap(({ name, path, module }) => {
    const folders = module.split('/').slice(0, -1);
    const hiding = folders.map((_, index) => byModule.get(folders.slice(0, index + 1).join('/'))).find(Boolean);
    if (hiding === undefined) return [];
    const message = `is "${name}", which cannot be imported beside "${hiding}": a module hides the folder of its name`;
    return [{ path, message, expected: 'names of which none is the beginning of another' }];
  });
}
