import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gitIn } from './example.js';
import { eventually } from './manual-client.js';
import { testStack, type Rig } from './rig.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface CliEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `specwright` of the build in a process of its own, on the rig's servers and in the rig's scope. */
export interface CliProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<CliEnd>;
  /** What it has said so far. */
  said(): string;
}

const started = new Set<ChildProcess>();

export function runCliProcess(rig: Rig, args: readonly string[], env: Record<string, string> = {}): CliProcess {
  const dataDir = mkdtempSync(join(rig.config.dataDir, 'cli-'));
  writeFileSync(join(dataDir, 'scope.json'), JSON.stringify(rig.scope));
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: rig.config.dataDir,
    env: {
      PATH,
      HOME,
      TEMPORAL_ADDRESS: rig.address,
      DATABASE_RW_URL: testStack().database.rwUrl,
      DATABASE_RO_URL: testStack().database.roUrl,
      SPECWRIGHT_TASK_QUEUE: rig.config.taskQueue,
      SPECWRIGHT_EXECUTOR_QUEUE: rig.executorQueue,
      SPECWRIGHT_DATA_DIR: dataDir,
      SPECWRIGHT_AGENT: 'scripted',
      SPECWRIGHT_LOCAL_REMOTES: rig.config.dataDir,
      SPECWRIGHT_SCRIPTED_DIR: rig.example.scripted,
      ...env,
    },
    stdio: 'pipe',
  });
  started.add(child);
  const seen = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (seen.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (seen.stderr += chunk.toString()));
  const ended = new Promise<CliEnd>((resolve) => {
    child.once('close', (code) => {
      started.delete(child);
      resolve({ code, ...seen });
    });
  });
  return { child, ended, said: () => seen.stdout + seen.stderr };
}

/** Ends what a test has left, and the programs below it. */
export async function endCliProcesses(): Promise<void> {
  for (const child of started) {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}

/** A clone of the project's remote with an identity of its own. */
export function makeCheckout(rig: Rig, name: string): string {
  const folder = join(rig.config.dataDir, name);
  execFileSync('git', ['clone', '--quiet', rig.example.remote, folder]);
  gitIn(folder, 'config', 'user.name', name);
  gitIn(folder, 'config', 'user.email', `${name}@localhost`);
  return folder;
}

/** An agent that stands still while the gate is closed, and then does what was prepared. */
export interface GatedAgent {
  readonly env: Record<string, string>;
  /** Waits until an agent stands at the gate, and returns its process. */
  reached(): Promise<number>;
  open(): void;
}

const AGENT = `
import { cpSync, existsSync, writeFileSync } from 'node:fs';
const [gate, prepared] = process.argv.slice(2);
writeFileSync(gate + '.pid', String(process.pid));
while (existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 50));
cpSync(prepared, process.cwd(), { recursive: true });
`;

export function gatedAgent(rig: Rig, name: string): GatedAgent {
  const folder = join(rig.config.dataDir, `agent-${name}`);
  mkdirSync(folder);
  const [program, gate] = [join(folder, 'agent.mjs'), join(folder, 'gate')];
  writeFileSync(program, AGENT);
  writeFileSync(gate, '');
  const argv = [process.execPath, program, gate, `${rig.example.scripted}/{context}/{component}/{step}.{turn}`];
  return {
    env: { SPECWRIGHT_AGENT: 'command', SPECWRIGHT_AGENT_ARGV: JSON.stringify(argv) },
    reached: () =>
      eventually(
        async () => existsSync(`${gate}.pid`) && Number(readFileSync(`${gate}.pid`, 'utf8')),
        `an agent of ${name}`,
        30,
      ),
    open: () => rmSync(gate, { force: true }),
  };
}
