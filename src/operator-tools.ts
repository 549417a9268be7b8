import { createDoctor, type Check, type Doctor } from './api/doctor.js';
import { createMirrorCheck, type MirrorCheck } from './api/mirror-check.js';
import type { Config } from './config.js';
import { connectClient } from './connect.js';
import type { StackFile } from './dev/stack-file.js';
import { createDatabaseProbe } from './store/database-probe.js';
import { createMirrorReader } from './store/mirror-reader.js';
import { createPool } from './store/pool.js';
import type { Diagnosis, Operating } from './surfaces/cli/environment.js';
import { createExecutions } from './temporal/executions.js';
import { createTemporalProbe } from './temporal/temporal-probe.js';

interface Tools {
  readonly mirror: MirrorCheck;
  readonly doctor: Doctor;
  close(): Promise<void>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function connectTools(config: Config, stack: StackFile): Promise<Tools> {
  const client = await connectClient(config.temporal, stack.temporal.address);
  const readPool = createPool(stack.database.roUrl, { max: 4 });
  const close = async () => {
    await Promise.all([client.connection.close(), readPool.end()]);
  };
  try {
    const executions = await createExecutions(client, stack.taskQueue);
    const mirror = createMirrorCheck({ executions, rows: createMirrorReader(readPool), pause });
    const doctor = createDoctor({
      temporal: createTemporalProbe(client),
      database: createDatabaseProbe(readPool),
      mirror,
      taskQueue: stack.taskQueue,
      executorQueue: stack.executorQueue,
      now: () => Date.now(),
    });
    return { mirror, doctor, close };
  } catch (error) {
    await close();
    throw error;
  }
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
    const temporal = await tools.doctor.temporal().catch((error: unknown) => [broken('temporal', error)]);
    const postgres = await tools.doctor.postgres().catch((error: unknown) => [broken('postgres', error)]);
    const checks = [...local, ...temporal, ...postgres];
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

const FIXES = {
  temporal: 'run `specwright up`, or check TEMPORAL_ADDRESS',
  postgres: 'run `specwright up`, or check DATABASE_RO_URL',
} as const;

function broken(name: keyof typeof FIXES, error: unknown): Check {
  const detail = error instanceof Error ? error.message : String(error);
  const fix = FIXES[name];
  // Some errors say it themselves.
  if (detail.includes(fix)) return { name, ok: false, detail };
  return { name, ok: false, detail: detail === '' ? 'does not answer' : detail, fix };
}
