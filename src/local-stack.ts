import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { type Access, createAccess } from './api/access.js';
import { type MadeProject, makeProject, type NewProject } from './api/new-project.js';
import { refuseLocalRemote } from './api/projects.js';
import { createSessions } from './api/sessions.js';
import { createSessionWatch } from './api/watch-sessions.js';
import { createSpecwrightClient } from './client.js';
import type { Config } from './config.js';
import { connectClient, registerSearchAttributes } from './connect.js';
import { readJsonIfThere, writePrivateFile } from './dev/private-file.js';
import { startStack, type Stack, type StackOptions } from './dev/stack.js';
import type { StackFile } from './dev/stack-file.js';
import { createAccessStore } from './store/access-store.js';
import { newKey } from './store/access/keys.js';
import { createPool, type Pool } from './store/pool.js';
import { createProjectStore } from './store/project-store.js';
import { createIntakeStore } from './store/intake-store.js';
import { createLeaseStore } from './store/lease-store.js';
import { createOutputStore } from './store/output-store.js';
import { createSessionReader } from './store/session-reader.js';
import { setupDatabase, type DatabaseUrls } from './store/setup-database.js';
import type { Connected, KeyDesk } from './surfaces/cli/environment.js';

const passwordsSchema = z.object({ owner: z.string(), rw: z.string(), ro: z.string() });

/**
 * Roles, database and tables. The passwords of `sw_rw` and `sw_ro` are those of DATABASE_RW_URL and DATABASE_RO_URL when
 * given; else they are made once and kept in the data folder, readable by its owner only.
 */
export async function setUpDatabase(config: Config, adminUrl: string): Promise<DatabaseUrls> {
  const path = join(config.dataDir, 'database-passwords.json');
  const kept = passwordsSchema.safeParse(await readJsonIfThere(path));
  const fresh = (): string => randomBytes(24).toString('hex');
  const passwords = {
    ...(kept.success ? kept.data : { owner: fresh(), rw: fresh(), ro: fresh() }),
    ...given('rw', config.database.rwUrl),
    ...given('ro', config.database.roUrl),
  };
  if (!kept.success) await writePrivateFile(path, `${JSON.stringify(passwords)}\n`);
  return setupDatabase({ adminUrl, passwords });
}

function given(role: 'rw' | 'ro', url: string | null): { rw?: string; ro?: string } {
  const password = url === null ? '' : decodeURIComponent(new URL(url).password);
  return password === '' ? {} : { [role]: password };
}

export async function startLocalStack(config: Config, options: Omit<StackOptions, 'setUpDatabase'>): Promise<Stack> {
  const stack = await startStack(config, { ...options, setUpDatabase: (adminUrl) => setUpDatabase(config, adminUrl) });
  if (stack.temporal.webUi === null && !stack.reused) {
    const client = await connectClient(config.temporal, stack.temporal.address);
    await registerSearchAttributes(client).finally(() => client.connection.close());
  }
  return stack;
}

/** An embedded Postgres is one person's, on their own machine; on a given one are others, whose repositories are theirs. */
export function settled(config: Config, stack: StackFile): Config {
  return { ...config, localRemotes: config.localRemotes ?? (stack.pids.postgres === null ? [] : 'any') };
}

/** Clients and read model of a running stack, for commands. */
export async function connectTo(config: Config, stack: StackFile): Promise<Connected> {
  const temporal = await connectClient(config.temporal, stack.temporal.address);
  const [writePool, readPool] = [createPool(stack.database.rwUrl), createPool(stack.database.roUrl)];
  const projects = createProjectStore(writePool);
  const writtenOutputs = createOutputStore(writePool);
  const reader = createSessionReader(readPool);
  const client = createSpecwrightClient({
    temporal,
    taskQueue: stack.taskQueue,
    workflowTaskTimeoutMs: config.taskTimeoutMs,
  });
  return {
    sessions: createSessions({
      client,
      reader,
      leases: createLeaseStore(writePool),
      intake: createIntakeStore(writePool),
      outputs: createOutputStore(readPool),
      watch: createSessionWatch(reader),
      executorQueue: stack.executorQueue,
      newId: randomUUID,
    }),
    scope: stack.scope,
    role: 'admin',
    openOutput: (sessionId, commandId, name) => writtenOutputs.open(stack.scope, sessionId, commandId, name),
    sessionUrl: (sessionId) =>
      stack.temporal.webUi && `${stack.temporal.webUi}/namespaces/${stack.temporal.namespace}/workflows/${sessionId}`,
    async applyProject(model, options) {
      refuseLocalRemote(model, settled(config, stack).localRemotes ?? []);
      const ensure = { account: 'development', project: model.project.name, user: 'developer' };
      return projects.applyModel(stack.scope, model, { ...options, ensure });
    },
    async close() {
      await Promise.all([temporal.connection.close(), writePool.end(), readPool.end()]);
    },
  };
}

const accessOn = (pool: Pool): Access => createAccess({ store: createAccessStore(pool), newId: randomUUID, newKey });

export async function makeProjectHere(stack: StackFile, request: NewProject): Promise<MadeProject> {
  const pool = createPool(stack.database.rwUrl);
  const deps = { projects: createProjectStore(pool), access: accessOn(pool), newId: randomUUID };
  return makeProject(deps, request).finally(() => pool.end());
}

const NO_KEY = '00000000-0000-0000-0000-000000000000';

/** For commands about API keys; needs Postgres only. The first key may be wanted before a model was applied. */
export async function openKeyDesk(stack: StackFile): Promise<KeyDesk> {
  const pool = createPool(stack.database.rwUrl);
  const names = { account: 'development', project: 'unnamed', user: 'developer' };
  await createProjectStore(pool)
    .ensureScope(stack.scope, names)
    .catch(async (error: unknown) => {
      await pool.end();
      throw error;
    });
  return {
    access: accessOn(pool),
    by: { scope: stack.scope, role: 'admin', keyId: NO_KEY },
    close: () => pool.end(),
  };
}
