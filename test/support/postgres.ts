import { mkdir, readdir, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startPostgres } from '../../src/dev/postgres.js';

export interface TestPostgres {
  /** Of the superuser, on the database `postgres`. */
  readonly adminUrl: string;
  stop(): Promise<void>;
}

// Open to the account Postgres runs as, which a folder of root's own is not.
const ROOT = '/var/tmp';
const NAME = /^specwright-store-test-(\d+)-[0-9a-f]{8}$/;

/** One empty server of its own on a free port, without fsync. */
export async function startTestPostgres(): Promise<TestPostgres> {
  for (const name of await readdir(ROOT)) await removeLeftover(name);
  const folder = join(ROOT, `specwright-store-test-${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(folder, { mode: 0o711 });
  const server = await startPostgres({ dataDir: folder, unsafe: true, throwaway: true });
  return {
    adminUrl: server.adminUrl,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A server outlives a test process that was killed. Its folder names that process; it is taken over to be ended. */
async function removeLeftover(name: string): Promise<void> {
  const owner = NAME.exec(name)?.[1];
  if (owner === undefined || isAlive(Number(owner))) return;
  const folder = join(ROOT, name);
  try {
    const server = await startPostgres({ dataDir: folder, unsafe: true, throwaway: true });
    await server.stop();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
