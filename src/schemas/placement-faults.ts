import { languageFaults, placementFaults as faultsOf } from '../domain/placement.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import type { ToolchainSpec } from '../domain/toolchains/toolchain.js';
import type { ProjectFileContent } from './project-file-schema.js';
import type { Fault } from './zod-faults.js';

interface Named {
  readonly context: string;
  readonly name: string;
  readonly path: readonly PropertyKey[];
}

/** Names of a file that are right by themselves and cannot be files beside each other. */
export function placementFaults({ contexts }: ProjectFileContent, spec: ToolchainSpec): readonly Fault[] {
  const toolchain = toolchainOf(spec);
  const components = contexts.flatMap((context, contextIndex) =>
    context.components.map(({ name }, index): Named => {
      return { context: context.name, name, path: ['contexts', contextIndex, 'components', index, 'name'] };
    }),
  );
  const ofContexts = contexts.flatMap(({ name }, index) =>
    languageFaults(toolchain, 'context', name, index).map(({ message, expected }) => {
      return { path: ['contexts', index, 'name'], message: `is "${name}", ${message}`, expected };
    }),
  );
  const ofComponents = faultsOf(toolchain, components).map(({ index, message, expected }) => {
    const { name, path } = components[index]!;
    return { path, message: `is "${name}", ${message}`, expected };
  });
  return [...ofContexts, ...ofComponents];
}
