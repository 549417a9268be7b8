import { broken, type Check, type Diagnosis, type Doctor } from './api/doctor.js';
import type { MirrorCheck } from './api/mirror-check.js';
import { createCheckup } from './checkup.js';
import type { Config } from './config.js';
import { connectClient, registerSearchAttributes } from './connect.js';
import type { StackFile } from './dev/stack-file.js';
import { createDatabaseProbe } from './store/database-probe.js';
import { setUpDatabase } from './local-stack.js';
import { createPool } from './store/pool.js';
import { projectsOf, purgeSessions } from './store/purge-sessions.js';
import { UsageError } from './surfaces/cli/errors.js';
import type { CliEnvironment, Operating } from './surfaces/cli/environment.js';

interface Tools {
  readonly mirror: MirrorCheck;
  readonly doctor: Doctor;
  close(): Promise<void>;
}

async function connectTools(config: Config, stack: StackFile): Promise<Tools> {
  const client = await connectClient(config.temporal, stack.temporal.address);
  const readPool = createPool(stack.database.roUrl, { max: 4 });
  const { taskQueue, executorQueue } = stack;
  return {
    ...createCheckup(client, readPool, { taskQueue, executorQueue }),
    async close() {
      await Promise.all([client.connection.close(), readPool.end()]);
    },
  };
}

export async function connectOperating(config: Config, stack: StackFile): Promise<Operating> {
  const { mirror, close } = await connectTools(config, stack);
  return { scope: stack.scope, mirror, close };
}

/** Every check, whatever of the stack is down; sessions are looked at only where both servers answer. */
export async function diagnose(config: Config, stack: StackFile, local: readonly Check[]): Promise<Diagnosis> {
  const tools = await connectTools(config, stack).catch((error: unknown) => broken('temporal', error));
  if ('name' in tools) return { checks: [...local, tools, await postgresAlone(stack)], stuck: null };
  try {
    const checks = [...local, ...(await tools.doctor.checks())];
    const answers = (name: string) => checks.some((check) => check.name === name && check.ok);
    if (!answers('temporal') || !answers('postgres')) return { checks, stuck: null };
    return { checks, stuck: await tools.doctor.stuck(stack.scope) };
  } finally {
    await tools.close();
  }
}

async function postgresAlone(stack: StackFile): Promise<Check> {
  const pool = createPool(stack.database.roUrl, { max: 1 });
  try {
    const { version } = await createDatabaseProbe(pool).server();
    return { name: 'postgres', ok: true, detail: `answers, ${version}` };
  } catch (error) {
    return broken('postgres', error);
  } finally {
    await pool.end();
  }
}

/** Roles, database, tables and search attributes on servers that are given. */
export async function setUpServers(config: Config): Promise<object> {
  const { adminUrl } = config.database;
  if (adminUrl === null || config.temporal.address === null) {
    throw new UsageError('setup needs DATABASE_URL (a role that may create roles) and TEMPORAL_ADDRESS');
  }
  const urls = await setUpDatabase(config, adminUrl);
  const client = await connectClient(config.temporal, config.temporal.address);
  await registerSearchAttributes(client).finally(() => client.connection.close());
  const rw = new URL(urls.rwUrl);
  return {
    database: `${rw.host}${rw.pathname}: roles sw_owner, sw_rw, sw_ro, sw_metrics and tables are up to date`,
    passwords: `${config.dataDir}/database-passwords.json (readable by you only)`,
    searchAttributes: `registered in ${config.temporal.namespace}`,
  };
}

/** As the owner of the tables. */
export async function purge(
  config: Config,
  stack: StackFile,
  { before, dryRun, account }: Parameters<CliEnvironment['purge']>[0],
): ReturnType<CliEnvironment['purge']> {
  const { adminUrl } = config.database;
  const ownerUrl = adminUrl === null ? stack.database.ownerUrl : (await setUpDatabase(config, adminUrl)).ownerUrl;
  if (ownerUrl === null) throw new UsageError('purge needs DATABASE_URL: nothing that serves users may delete');
  const pool = createPool(ownerUrl);
  try {
    const scopes = account === undefined ? [stack.scope] : await projectsOf(pool, account);
    const all = { sessions: 0, outputBytes: 0 };
    for (const scope of scopes) {
      const { sessions, outputBytes } = await purgeSessions(pool, scope, before, dryRun);
      all.sessions += sessions;
      all.outputBytes += outputBytes;
    }
    return all;
  } finally {
    await pool.end();
  }
}
