import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createSpecwrightClient, type SpecwrightClient } from '../../src/client.js';
import { loadConfig } from '../../src/config.js';
import { connectClient } from '../../src/connect.js';
import { startPostgres } from '../../src/dev/postgres.js';
import { findTemporalCli } from '../../src/dev/temporal-cli.js';
import { startTemporalServer } from '../../src/dev/temporal-server.js';
import { setUpDatabase } from '../../src/local-stack.js';
import { startServeProcess, type ServeProcess } from './serve-process.js';
import { endCliProcesses } from './cli-worker.js';
import { startHeldProxy, type HeldProxy } from './held-proxy.js';
import { createHttpRig, type HttpRig } from './http-rig.js';
import { testStack } from './rig.js';
import { createRowGates, type RowGates } from './row-gates.js';
import { serverProcess, type ServerProcess } from './server-process.js';
import { endWorkerProcesses, startWorkerProcess, type WorkerProcess } from './worker-process.js';

export type Killed = 'api' | 'worker' | 'executor' | 'temporal' | 'postgres';

/** Servers and processes of a test's own, each to be killed, with gates and held ways between them. */
export interface CrashStage {
  readonly rig: HttpRig;
  readonly gates: RowGates;
  /** Between Temporal and whoever reports: the API process and `client`. */
  readonly reporters: HeldProxy;
  /** Between Temporal and the workers, executors among them. */
  readonly workers: HeldProxy;
  /** A service's client that does not wait long. */
  readonly client: SpecwrightClient;
  apiUrl(): string;
  kill(process: Killed): Promise<void>;
  restart(process: Killed): Promise<void>;
  end(): Promise<void>;
}

export async function createCrashStage(name: string): Promise<CrashStage> {
  const servers = await startServers();
  const gates = await createRowGates(servers.ownerUrl);
  const rig = await createHttpRig(name, { workers: [], temporalAddress: servers.temporalAddress });
  const [reporters, workers] = await Promise.all([startHeldProxy(rig.address), startHeldProxy(rig.address)]);
  const temporal = await connectClient(rig.config.temporal, reporters.address);
  const startApi = () => startServeProcess(rig, { TEMPORAL_ADDRESS: reporters.address });
  const startWorker = (role: 'session' | 'executor') => startWorkerProcess(rig, [role], { address: workers.address });
  let api: ServeProcess = await startApi();
  let [worker, executor]: [WorkerProcess, WorkerProcess] = [
    await startWorker('session'),
    await startWorker('executor'),
  ];
  const restarts: Readonly<Record<Killed, () => Promise<void>>> = {
    api: async () => void (api = await startApi()),
    worker: async () => void (worker = await startWorker('session')),
    executor: async () => void (executor = await startWorker('executor')),
    temporal: async () => servers.temporal.restart(),
    postgres: async () => servers.postgres.restart(),
  };
  return {
    rig,
    gates,
    reporters,
    workers,
    client: createSpecwrightClient({ temporal, taskQueue: rig.config.taskQueue, timeoutMs: 1_500 }),
    apiUrl: () => api.url,
    kill: (process) => ({ api, worker, executor, ...servers })[process].kill(),
    restart: (process) => restarts[process](),
    async end() {
      await Promise.all([endCliProcesses(), endWorkerProcesses()]);
      await temporal.connection.close();
      await Promise.all([reporters.close(), workers.close()]);
      await rig.end().finally(() => servers.end());
    },
  };
}

interface Servers {
  readonly temporal: ServerProcess;
  readonly postgres: ServerProcess;
  readonly temporalAddress: string;
  readonly ownerUrl: string;
  end(): Promise<void>;
}

/** A Postgres and a Temporal that keep what they have on disk. From here on the file's other support uses them, too. */
async function startServers(): Promise<Servers> {
  const stack = testStack();
  const { PATH, HOME } = process.env;
  const dataDir = await mkdtemp(join(stack.dataDir, 'crash-'));
  const config = loadConfig({ PATH, HOME, SPECWRIGHT_DATA_DIR: dataDir });
  const program = await findTemporalCli(config, () => undefined);
  const [server, temporal] = await Promise.all([
    startPostgres({ dataDir, throwaway: true }),
    startTemporalServer({ program, dataDir: await mkdtemp(join(stack.dataDir, 'temporal-')) }),
  ]);
  const database = await setUpDatabase(config, server.adminUrl);
  process.env['TEST_STACK'] = JSON.stringify({ ...stack, database });
  const processes = { temporal: serverProcess(temporal.pid), postgres: serverProcess(server.pid) };
  return {
    ...processes,
    temporalAddress: temporal.address,
    ownerUrl: database.ownerUrl,
    async end() {
      await Promise.all([processes.temporal.kill(), processes.postgres.kill()]);
      await server.stop();
    },
  };
}
