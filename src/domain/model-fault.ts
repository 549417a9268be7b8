import { findCycle } from './component-graph.js';
import { placementFaults } from './placement.js';
import type { ProjectModel } from './project.js';
import { toolchainOf } from './toolchains/catalog.js';

/** Why a model whose parts are right cannot be as a whole, or null. */
export function modelFault({ project, contexts, components }: ProjectModel): string | null {
  const cycle = findCycle(contexts.map((context) => ({ ...context, priority: 0 }))) ?? findCycle(components);
  if (cycle !== null) return `dependencies would go in a circle: ${cycle.join(' → ')}`;
  const [fault] = placementFaults(toolchainOf(project.toolchain), components);
  return fault === undefined ? null : `${components[fault.index]!.name} is a name ${fault.message}`;
}
