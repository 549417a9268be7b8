import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Role } from '../../src/domain/access.js';
import { commandOf, eventually } from './manual-client.js';
import { McpPerson, serveMcp, sessionsOf } from './mcp-client.js';
import { createRig, type Rig, type RigOptions } from './rig.js';

const ends: (() => Promise<unknown>)[] = [];
/** Ends what a test has begun, the last first. */
export async function endMcp(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}

export async function makeRig(name: string, options: RigOptions = {}): Promise<Rig> {
  const rig = await createRig(name, { workers: ['session'], ...options });
  ends.push(() => rig.end());
  return rig;
}

/** The handler over a bare server, with a caller per name. */
export async function serve(rig: Rig, scopes: Readonly<Record<string, readonly [Rig, Role]>>) {
  const { sessions, close } = sessionsOf(rig);
  ends.push(close);
  const callers = Object.fromEntries(
    Object.entries(scopes).map(([name, [{ scope }, role]]) => [name, { scope, role, keyId: randomUUID() }]),
  );
  const { server, url } = await serveMcp({ sessions, allowedOrigins: ['https://app.example.org'] }, callers);
  ends.push(() => closeServer(server));
  return url;
}

export async function person(url: URL): Promise<McpPerson> {
  const one = await McpPerson.over(url);
  ends.push(() => one.client.close());
  return one;
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

export const start = async (rig: Rig, component = 'Money') => {
  const id = await rig.start({ sessionType: 'componentCoding', component, onExhausted: 'wait' });
  await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'a command');
  return id;
};
