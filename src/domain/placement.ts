import { pathOf } from './names.js';
import type { Toolchain } from './toolchains/toolchain.js';

export interface PlacedName {
  readonly context: string;
  readonly name: string;
}

/** Which of the names cannot be, and why, to be read after `is the name`; the index is that of the argument. */
export interface PlacementFault {
  readonly index: number;
  readonly message: string;
  readonly expected: string;
}

interface Placed {
  readonly name: string;
  /** Where its documents go, its implementation and its tests. */
  readonly places: readonly string[];
  /** The implementation without its extension. */
  readonly module: string;
}

/** Names of components that are right by themselves and cannot be files beside each other. */
export function placementFaults(toolchain: Toolchain, components: readonly PlacedName[]): readonly PlacementFault[] {
  const placed = components.map(({ context, name }): Placed => {
    const implementation = toolchain.implementationPath(context, name);
    const places = [`${pathOf(context)}/${pathOf(name)}`, implementation, toolchain.testPath(context, name)];
    return { name, places, module: implementation.replace(/\.[^./]*$/, '') };
  });
  return [
    ...components.flatMap(({ name }, index) => languageFaults(toolchain, 'component', name, index)),
    ...colliding(placed),
    ...(toolchain.fileHidesFolder ? hidden(placed) : []),
  ];
}

/** What the toolchain's language says of a name. */
export function languageFaults(
  toolchain: Toolchain,
  kind: 'context' | 'component',
  name: string,
  index: number,
): readonly PlacementFault[] {
  const fault = toolchain.nameFault(kind, name);
  return fault === null ? [] : [{ index, message: `which would be ${fault}`, expected: 'another name' }];
}

/** Two names may differ and still give one file, `LineItem` and `line-item`; so may two that differ in case only. */
function colliding(components: readonly Placed[]): readonly PlacementFault[] {
  const firstAt = new Map<string, string>();
  return components.flatMap(({ name, places }, index) => {
    const taken = places.find((place, at) => {
      const key = place.toLowerCase();
      return firstAt.has(key) || places.findIndex((other) => other.toLowerCase() === key) < at;
    });
    const first = taken === undefined ? undefined : firstAt.get(taken.toLowerCase());
    for (const place of places) if (!firstAt.has(place.toLowerCase())) firstAt.set(place.toLowerCase(), name);
    if (taken === undefined) return [];
    const whose = first === undefined ? 'implementation and tests are one file' : `files are those of "${first}"`;
    return [
      {
        index,
        message: `whose ${whose} (${taken})`,
        expected: 'a name that gives a path of its own',
      },
    ];
  });
}

function hidden(components: readonly Placed[]): readonly PlacementFault[] {
  const byModule = new Map(components.map(({ name, module }) => [module, name]));
  return components.flatMap(({ module }, index) => {
    const folders = module.split('/').slice(0, -1);
    const hiding = folders.map((_, at) => byModule.get(folders.slice(0, at + 1).join('/'))).find(Boolean);
    if (hiding === undefined) return [];
    const message = `which cannot be imported beside "${hiding}": a module hides the folder of its name`;
    return [{ index, message, expected: 'names of which none is the beginning of another' }];
  });
}
