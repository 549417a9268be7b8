import type { CommandKind } from './command.js';
import type { ExecutionMode } from './session.js';

/** Who carries out a command: the execution mode, the kind, and whether an executor serves the tree decide. */
export function offeredTo(
  kind: CommandKind,
  mode: ExecutionMode,
  executorQueue: string | null,
): 'client' | 'executor' | 'children' {
  if (kind === 'spawn_children') return 'children';
  if (executorQueue === null || mode === 'manual') return 'client';
  return mode === 'auto' && kind === 'agent' ? 'client' : 'executor';
}
