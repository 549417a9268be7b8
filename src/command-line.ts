import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Check } from './api/doctor.js';
import { loadConfig, type Config } from './config.js';
import { connectClient, registerSearchAttributes } from './connect.js';
import { runDemo, type DemoOutcome } from './dev/demo.js';
import { findOnPath, MissingProgramError } from './dev/programs.js';
import { developmentScope, readStackFile, stackFilePath, type StackFile, writeHttpUrl } from './dev/stack-file.js';
import { connectTo, openKeyDesk, settled, setUpDatabase, startLocalStack } from './local-stack.js';
import { workHere } from './local-work.js';
import { createPool } from './store/pool.js';
import { projectsOf, purgeSessions } from './store/purge-sessions.js';
import type { CliEnvironment } from './surfaces/cli/environment.js';
import { EXIT, UsageError } from './surfaces/cli/errors.js';
import { runCli } from './surfaces/cli/program.js';
import { demoSummary } from './dev/demo-summary.js';
import { watchSession } from './surfaces/cli/watch-session.js';
import { connectOperating, diagnose } from './operator-tools.js';
import type { RunningServer } from './server.js';
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

const environment: CliEnvironment = {
  isTerminal: process.stdout.isTTY === true,
  signal: stopping.signal,
  out,
  note,
  readText: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')).catch(unreadable(path)),
  connect: async () => {
    const config = loadConfig();
    return connectTo(config, await runningStack(config));
  },
  operate: async () => {
    const config = loadConfig();
    return connectOperating(config, await runningStack(config));
  },
  diagnose: async () => {
    const config = loadConfig();
    const stack = await runningStack(config);
    const { executorProblems } = await workerModule();
    const problems = await executorProblems(config, stack.database.rwUrl);
    return diagnose(config, stack, executorChecks(problems));
  },
  up,
  worker,
  serve,
  keys: async () => openKeyDesk(await runningStack(loadConfig())),
  setup,
  purge,
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

/** Starts servers and workers, runs `use`, and ends everything in the reverse order whatever happens. */
async function withStack<T>(config: Config, use: (stack: StackFile) => Promise<T>): Promise<T> {
  await needGit(config);
  const { installRuntime, startWorkers } = await workerModule();
  // Beside a live tree only what is broken is worth a line; `debug` and `trace` are asked for on purpose.
  installRuntime(config.logLevel === 'info' || config.logLevel === 'warn' ? 'error' : config.logLevel);
  const stack = await startLocalStack(config, { log: (line) => note(`${line}\n`), signal: stopping.signal });
  try {
    if (stack.reused) return await use(stack);
    const { temporal, database } = stack;
    const workers = await startWorkers(settled(config, stack), temporal.address, database.rwUrl, [
      'session',
      'executor',
    ]);
    const broken = workers.done.then(() => new Promise<never>(() => undefined));
    return await Promise.race([use(stack), broken]).finally(() => workers.stop());
  } finally {
    await stack.stop();
  }
}

async function up({ json }: { json: boolean }): Promise<void> {
  const config = loadConfig();
  await withStack(config, async (stack) => {
    const isOurs = stack.pids.owner === process.pid;
    const server = isOurs ? await serveBeside(settled(config, stack), stack) : null;
    const httpUrl = server?.url ?? stack.httpUrl;
    const { temporal, scope } = stack;
    if (json) out(`${JSON.stringify({ temporal, httpUrl, scope, file: stackFilePath(config.dataDir) })}\n`);
    else
      out(
        `Web UI  ${temporal.webUi ?? '(not known)'}\nHTTP    ${httpUrl ?? '(none)'}\nstack   ${stackFilePath(config.dataDir)}\n`,
      );
    if (isOurs) await untilStopped().finally(() => server?.stop());
  });
}

/** The HTTP API of an embedded stack; where its port is taken, another stack's is there, and this one takes a free one. */
async function serveBeside(config: Config, stack: StackFile): Promise<RunningServer> {
  const { startServer } = await import('./server.js');
  const level = config.logLevel === 'info' || config.logLevel === 'warn' ? 'error' : config.logLevel;
  const log = { level, write: note };
  const server = await startServer(config, stack, { log }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    note(`port ${config.http.port} is taken; the HTTP API takes a free one\n`);
    return startServer({ ...config, http: { ...config.http, port: 0 } }, stack, { log });
  });
  await writeHttpUrl(config.dataDir, server.url);
  return server;
}

async function serve({ json }: { json: boolean }): Promise<void> {
  const config = loadConfig();
  const stack = await runningStack(config);
  const { startServer } = await import('./server.js');
  const log = { level: config.logLevel, write: note };
  const server = await startServer(settled(config, stack), stack, { log }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    const { host, port } = config.http;
    throw new UsageError(`port ${port} of ${host} is taken; set SPECWRIGHT_HTTP_PORT to another, or 0 for a free one`);
  });
  out(json ? `${JSON.stringify({ httpUrl: server.url })}\n` : `HTTP    ${server.url}\n`);
  await untilStopped();
  await server.stop();
}

async function worker(roles: readonly WorkerRole[]): Promise<void> {
  const config = loadConfig();
  if (roles.includes('executor')) await needGit(config);
  const stack = await runningStack(config);
  const { installRuntime, startWorkers } = await workerModule();
  installRuntime(config.logLevel);
  const workers = await startWorkers(settled(config, stack), stack.temporal.address, stack.database.rwUrl, roles);
  await Promise.race([untilStopped(), workers.done]);
  await workers.stop();
}

async function setup(): Promise<object> {
  const config = loadConfig();
  const { adminUrl } = config.database;
  if (adminUrl === null || config.temporal.address === null) {
    throw new UsageError('setup needs DATABASE_URL (a role that may create roles) and TEMPORAL_ADDRESS');
  }
  const urls = await setUpDatabase(config, adminUrl);
  const client = await connectClient(config.temporal, config.temporal.address);
  await registerSearchAttributes(client).finally(() => client.connection.close());
  const rw = new URL(urls.rwUrl);
  return {
    database: `${rw.host}${rw.pathname}: roles sw_owner, sw_rw, sw_ro and tables are up to date`,
    passwords: `${config.dataDir}/database-passwords.json (readable by you only)`,
    searchAttributes: `registered in ${config.temporal.namespace}`,
  };
}

async function purge({
  before,
  dryRun,
  account,
}: Parameters<CliEnvironment['purge']>[0]): ReturnType<CliEnvironment['purge']> {
  const config = loadConfig();
  const stack = await runningStack(config);
  const adminUrl = stack.database.ownerUrl ?? config.database.adminUrl;
  if (adminUrl === null) throw new UsageError('purge needs DATABASE_URL: nothing that serves users may delete');
  const pool = createPool((await setUpDatabase(config, adminUrl)).ownerUrl);
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

async function demo({ json, keep, full }: { json: boolean; keep: boolean; full: boolean }): Promise<number> {
  const started = Date.now();
  const config = loadConfig();
  return withStack({ ...config, agent: { kind: 'scripted', dir: `${EXAMPLES}/scripted` } }, async (stack) => {
    const { sessions, scope, executorQueue, sessionUrl, applyProject, close } = await connectTo(config, stack);
    const output = { isTerminal: environment.isTerminal && !json, write: json ? note : out };
    const deps = {
      sessions,
      scope,
      executorQueue,
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
  if (json) out(`${JSON.stringify(full ? { status, seconds, deliveries: reports } : reports[0])}\n`);
  else for (const report of reports) out(demoSummary(report, remote));
  if (!json && full) out(`${reports.length} deliveries, each on the branch of the one before, in ${seconds} s\n`);
  if (failure !== null) note(`specwright: the session is ${status}: ${failure}\n`);
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

async function openInBrowser(url: string): Promise<boolean> {
  const program = { darwin: 'open', win32: 'explorer' }[process.platform as 'darwin' | 'win32'] ?? 'xdg-open';
  return new Promise((resolve) => {
    const child = spawn(program, [url], { stdio: 'ignore', detached: true });
    child.on('error', () => resolve(false));
    child.on('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
