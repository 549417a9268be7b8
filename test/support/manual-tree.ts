import type { Command, Next } from '../../src/client.js';
import { gitIn } from './example.js';
import { commandOf, eventually, type ManualClient } from './manual-client.js';
import type { Rig } from './rig.js';

/** Carries out a session's commands by hand, its children's too, until there is nothing left to do. */
export async function driveTree(rig: Rig, person: ManualClient, sessionId: string): Promise<Next> {
  let next: Next = { kind: 'command', command: await openCommand(rig, sessionId) };
  while (next.kind === 'command') {
    const { command } = next as { command: Command };
    if (command.kind === 'spawn_children') await driveChildren(rig, person, command);
    next = (await rig.client.submitResult(sessionId, person.carryOut(command))).next;
  }
  return next;
}

/** The person merges a child as soon as it is complete: its dependents start from there. */
async function driveChildren(
  rig: Rig,
  person: ManualClient,
  spawn: Command & { kind: 'spawn_children' },
): Promise<void> {
  const waiting = [...spawn.metadata.children];
  const merged = new Set<string>();
  while (waiting.length > 0) {
    const at = waiting.findIndex(({ dependsOn }) =>
      dependsOn.every((name) => merged.has(name) || !waiting.some(({ component }) => component === name)),
    );
    const [child] = waiting.splice(at, 1);
    await driveTree(rig, person, child!.sessionId);
    const { metadata } = person.seen.find((command) => command.sessionId === child!.sessionId)!;
    gitIn(person.clone, 'switch', '--quiet', spawn.metadata.branch);
    gitIn(
      person.clone,
      'merge',
      '--quiet',
      '--no-ff',
      '-m',
      `Merge ${child!.component}`,
      (metadata as { branch: string }).branch,
    );
    merged.add(child!.component);
  }
  await eventually(
    async () => (await rig.client.sessionState(spawn.sessionId)).waitingOn === 'client',
    'children closed',
  );
}

function openCommand(rig: Rig, sessionId: string): Promise<Command> {
  return eventually(async () => commandOf(await rig.client.nextCommand(sessionId)), `a command of ${sessionId}`);
}
