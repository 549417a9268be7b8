import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Check } from './api/doctor.js';
import { loadConfig, type Config } from './config.js';
import { runDemo, type DemoOutcome } from './dev/demo.js';
import { openInBrowser } from './dev/open-in-browser.js';
import { findOnPath, MissingProgramError } from './dev/programs.js';
import { developmentScope, readStackFile, stackFilePath, type StackFile, writeHttpUrl } from './dev/stack-file.js';
import { connectTo, makeProjectHere, openKeyDesk, settled, startLocalStack } from './local-stack.js';
import { connectRemote, diagnoseOverHttp, notOverHttp, openRemoteKeyDesk } from './remote-stack.js';
import { workHere } from './local-work.js';
import type { CliEnvironment } from './surfaces/cli/environment.js';
import { EXIT, jsonText, printable, UsageError } from './surfaces/cli/errors.js';
import { runCli } from './surfaces/cli/program.js';
import { demoSummary } from './dev/demo-summary.js';
import { watchSession } from './surfaces/cli/watch-session.js';
import { connectOperating, diagnose, purge, setUpServers } from './operator-tools.js';
import { type ProcessMetrics, withMetrics } from './process-metrics.js';
import type { RunningServer } from './server.js';
import { logWriter } from './telemetry/log-line.js';
import type { WorkerRole } from './worker.js';

// Loaded when needed: Temporal's native worker costs every other command half a second.
const workerModule = () => import('./worker.js');

const EXAMPLES = fileURLToPath(new URL('../examples', import.meta.url));
const EXIT_GRACE_MS = 5_000;
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => stopping.abort(new Error(`stopped by ${name}`)));
}
const out = (line: string): void => void process.stdout.write(line);
const note = (line: string): void => void process.stderr.write(line);
const writeLog = logWriter(note, process.stderr.isTTY === true);

const environment: CliEnvironment = {
  isTerminal: process.stdout.isTTY === true,
  signal: stopping.signal,
  out,
  note,
  readText: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')).catch(unreadable(path)),
  connect: async () => {
    const config = loadConfig();
    return config.remote ? connectRemote(config.remote) : connectTo(config, await runningStack(config));
  },
  operate: async () => {
    const config = loadConfig();
    if (config.remote) throw notOverHttp('mirror verify');
    return connectOperating(config, await runningStack(config));
  },
  diagnose: async () => {
    const config = loadConfig();
    if (config.remote) return diagnoseOverHttp(config.remote);
    const stack = await runningStack(config);
    const { executorProblems } = await workerModule();
    const problems = await executorProblems(config, stack.database.rwUrl);
    return diagnose(config, stack, executorChecks(problems));
  },
  up,
  worker,
  serve,
  keys: async () => {
    const config = loadConfig();
    return config.remote ? openRemoteKeyDesk(config.remote) : openKeyDesk(await runningStack(config));
  },
  makeProject: async (request) => {
    const config = loadConfig();
    if (config.remote) throw notOverHttp('project create');
    return makeProjectHere(await runningStack(config), request);
  },
  setup: () => setUpServers(loadConfig()),
  purge: async (what) => {
    const config = loadConfig();
    return purge(config, await runningStack(config), what);
  },
  demo,
  work: (stack, order, say) => workHere(stack, order, { signal: stopping.signal, note, say }),
  openInBrowser,
};

process.exitCode = await runCli(process.argv.slice(2), environment);
// Everything is closed by now; a native handle that is not must not keep a finished command alive.
setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();

function unreadable(path: string): (error: Error) => never {
  return (error) => {
    throw new UsageError(`cannot read ${path}: ${error.message}`);
  };
}

/** The stack of the data folder, or the one the environment names. */
async function runningStack(config: Config): Promise<StackFile> {
  const file = await readStackFile(config.dataDir);
  if (file) return file;
  const { temporal, database } = config;
  if (temporal.address === null || database.rwUrl === null || database.roUrl === null) {
    const fix = 'run `specwright up` in another terminal, or set TEMPORAL_ADDRESS, DATABASE_RW_URL and DATABASE_RO_URL';
    throw new UsageError(`no stack is running here (${stackFilePath(config.dataDir)} is not there); ${fix}`);
  }
  return {
    temporal: { address: temporal.address, namespace: temporal.namespace, webUi: null },
    database: { ownerUrl: null, rwUrl: database.rwUrl, roUrl: database.roUrl },
    scope: await developmentScope(config.dataDir),
    taskQueue: config.taskQueue,
    executorQueue: config.executorQueue,
    httpUrl: null,
    pids: { owner: process.pid, temporal: null, postgres: null },
  };
}

/** What commands would be run with on this host. */
function executorChecks(problems: readonly string[]): readonly Check[] {
  if (problems.length === 0) return [{ name: 'git and agent', ok: true, detail: 'found' }];
  return problems.map((detail) => ({
    name: 'git and agent',
    ok: false,
    detail,
    fix: 'install it, or see docs/agents.md',
  }));
}

async function needGit(config: Config): Promise<void> {
  if ((await findOnPath('git', config.searchPath)) !== null) return;
  throw new MissingProgramError('git is not on PATH; install git 2.38 or newer, for example `apt-get install git`');
}

type Metrics = ProcessMetrics | null;

/** Starts servers and workers, runs `use`, and ends everything in the reverse order whatever happens. */
async function withStack<T>(config: Config, use: (stack: StackFile, metrics: Metrics) => Promise<T>): Promise<T> {
  await needGit(config);
  const { installRuntime, startWorkers } = await workerModule();
  const stack = await startLocalStack(config, { log: (line) => note(`${line}\n`), signal: stopping.signal });
  try {
    if (stack.reused) return await use(stack, null);
    return await withMetrics(config, ['workers', 'http'], async (metrics) => {
      // Beside a live tree only what is broken is worth a line; `debug` and `trace` are asked for on purpose.
      installRuntime(quietly(config), metrics?.sdkAddress);
      const { temporal, database } = stack;
      const options = { metrics: metrics?.registry };
      const workers = await startWorkers(
        settled(config, stack),
        temporal.address,
        database.rwUrl,
        ['session', 'executor'],
        options,
      );
      const broken = workers.done.then(() => new Promise<never>(() => undefined));
      return Promise.race([use(stack, metrics), broken]).finally(() => workers.stop());
    });
  } finally {
    await stack.stop();
  }
}

function quietly({ logLevel }: Config): Config['logLevel'] {
  return logLevel === 'info' || logLevel === 'warn' ? 'error' : logLevel;
}

async function up({ json }: { json: boolean }): Promise<void> {
  const config = loadConfig();
  await withStack(config, async (stack, metrics) => {
    const isOurs = stack.pids.owner === process.pid;
    const server = isOurs ? await serveBeside(settled(config, stack), stack, metrics) : null;
    const httpUrl = server?.url ?? stack.httpUrl;
    const { temporal, scope } = stack;
    const metricsUrl = metrics?.url ?? null;
    if (json) out(`${JSON.stringify({ temporal, httpUrl, metricsUrl, scope, file: stackFilePath(config.dataDir) })}\n`);
    else
      out(
        `Web UI  ${temporal.webUi ?? '(not known)'}\nHTTP    ${httpUrl ?? '(none)'}\nstack   ${stackFilePath(config.dataDir)}\n`,
      );
    if (isOurs) await untilStopped().finally(() => server?.stop());
  });
}

/** The HTTP API of an embedded stack; where its port is taken, another stack's is there, and this one takes a free one. */
async function serveBeside(config: Config, stack: StackFile, metrics: Metrics): Promise<RunningServer> {
  const { startServer } = await import('./server.js');
  const options = { log: { level: quietly(config), write: writeLog }, telemetry: metrics?.telemetry };
  const server = await startServer(config, stack, options).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    note(`port ${config.http.port} is taken; the HTTP API takes a free one\n`);
    return startServer({ ...config, http: { ...config.http, port: 0 } }, stack, options);
  });
  await writeHttpUrl(config.dataDir, server.url);
  return server;
}

async function serve({ json }: { json: boolean }): Promise<void> {
  const config = loadConfig();
  const stack = await runningStack(config);
  const { startServer } = await import('./server.js');
  await withMetrics(config, ['http'], async (metrics) => {
    const options = { log: { level: config.logLevel, write: writeLog }, telemetry: metrics?.telemetry };
    const server = await startServer(settled(config, stack), stack, options).catch(portTaken(config));
    const metricsUrl = metrics?.url ?? null;
    out(json ? `${JSON.stringify({ httpUrl: server.url, metricsUrl })}\n` : `HTTP    ${server.url}\n`);
    await untilStopped();
    await server.stop();
  });
}

function portTaken({ http: { host, port } }: Config): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new UsageError(`port ${port} of ${host} is taken; set SPECWRIGHT_HTTP_PORT to another, or 0 for a free one`);
  };
}

async function worker(roles: readonly WorkerRole[]): Promise<void> {
  const config = loadConfig();
  if (roles.includes('executor')) await needGit(config);
  const stack = await runningStack(config);
  const { installRuntime, startWorkers } = await workerModule();
  await withMetrics(config, ['workers'], async (metrics) => {
    installRuntime(config.logLevel, metrics?.sdkAddress);
    const options = { metrics: metrics?.registry };
    const workers = await startWorkers(
      settled(config, stack),
      stack.temporal.address,
      stack.database.rwUrl,
      roles,
      options,
    );
    await Promise.race([untilStopped(), workers.done]);
    await workers.stop();
  });
}

async function demo({ json, keep, full }: { json: boolean; keep: boolean; full: boolean }): Promise<number> {
  const started = Date.now();
  const config = loadConfig();
  return withStack({ ...config, agent: { kind: 'scripted', dir: `${EXAMPLES}/scripted` } }, async (stack) => {
    const { sessions, scope, sessionUrl, applyProject, close } = await connectTo(config, stack);
    const output = { isTerminal: environment.isTerminal && !json, write: json ? note : out };
    const deps = {
      sessions,
      scope,
      sessionUrl,
      applyProject,
      note,
      exampleDir: `${EXAMPLES}/shop`,
      dataDir: config.dataDir,
      watch: (sessionId: string) => watchSession(sessions, scope, sessionId, output, stopping.signal),
    };
    const outcome = await runDemo(deps, full).finally(close);
    print(json, full, outcome, Math.round((Date.now() - started) / 100) / 10);
    if (keep && !stopping.signal.aborted) {
      note('The stack stays up; Ctrl-C stops it.\n');
      await untilStopped();
    }
    return outcome.reports.every(({ status }) => status === 'complete') ? EXIT.ok : EXIT.failed;
  });
}

function print(json: boolean, full: boolean, { reports, remote, failure }: DemoOutcome, seconds: number): void {
  const status = reports.at(-1)?.status ?? 'failed';
  if (json) out(`${jsonText(full ? { status, seconds, deliveries: reports } : reports[0])}\n`);
  else for (const report of reports) out(demoSummary(report, remote));
  if (!json && full) out(`${reports.length} deliveries, each on the branch of the one before, in ${seconds} s\n`);
  if (failure !== null) note(`specwright: the session is ${status}: ${printable(failure)}\n`);
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    if (stopping.signal.aborted) return resolve();
    const alive = setInterval(() => undefined, 60_000);
    stopping.signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
}
