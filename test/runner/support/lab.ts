import { createHash, randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AgentMetadata, Command, Expects, FinalizeMetadata, ScriptLine } from '../../../src/domain/command.js';
import type { Result } from '../../../src/domain/result.js';
import type { RunContext } from '../../../src/ports/runner.js';
import type { Agent } from '../../../src/runner/agents/agent.js';
import { createRunner, type LocalRunner, type RunnerOptions } from '../../../src/runner/runner.js';

/** A remote with one commit, and a runner with an empty root: real git, real processes, a folder of its own. */
export interface Lab {
  readonly folder: string;
  readonly root: string;
  readonly remote: string;
  readonly runner: LocalRunner;
  newRunner(more?: Partial<RunnerOptions>): LocalRunner;
  /** A person's clone of the remote. */
  clone(): string;
  workspace(sessionId: string): string;
  remove(): void;
}

export const noAgent: Agent = {
  name: 'none',
  check: async () => null,
  run: async () => ({ ok: false, failure: { kind: 'agent_failed', message: 'no agent in this test' } }),
};

export function createLab(
  seed: Record<string, string> = { 'README.md': 'hello\n' },
  options: Partial<RunnerOptions> = {},
): Lab {
  const folder = mkdtempSync(join(tmpdir(), 'sw-runner-'));
  const remote = join(folder, 'remote.git');
  git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', remote);
  const first = join(folder, 'first');
  git(folder, 'clone', '--quiet', remote, first);
  git(first, 'checkout', '--quiet', '-B', 'main');
  writeFiles(first, seed);
  commitAll(first, 'first');
  git(first, 'push', '--quiet', 'origin', 'main');
  const root = join(folder, 'executor');
  const newRunner = (more: Partial<RunnerOptions> = {}): LocalRunner =>
    createRunner({
      root,
      agent: noAgent,
      secrets: [],
      localRemotes: 'any',
      committer: { name: 'Specwright', email: 'specwright@example.invalid' },
      ...options,
      ...more,
      env: { PATH: process.env['PATH'] ?? '', ...options.env, ...more.env },
    });
  return {
    folder,
    root,
    remote,
    runner: newRunner(),
    newRunner,
    clone() {
      const path = join(folder, `clone-${randomUUID()}`);
      git(folder, 'clone', '--quiet', remote, path);
      return path;
    },
    workspace: (sessionId) => join(root, 'workspaces', sessionId),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function git(cwd: string, ...args: string[]): string {
  const env = {
    PATH: process.env['PATH'],
    HOME: cwd,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Person',
    GIT_AUTHOR_EMAIL: 'person@example.invalid',
    GIT_COMMITTER_NAME: 'Person',
    GIT_COMMITTER_EMAIL: 'person@example.invalid',
  };
  return execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

export function writeFiles(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

export function commitAll(folder: string, message: string): string {
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', message);
  return git(folder, 'rev-parse', 'HEAD');
}

/** A context that keeps what was streamed and said. */
export interface TestContext extends RunContext {
  readonly lines: string[];
  readonly outputs: Map<string, Buffer>;
  text(name: string): string;
}

export function testContext(
  sessionId: string,
  {
    signal = new AbortController().signal,
    onProgress,
  }: { signal?: AbortSignal; onProgress?: (line: string) => void } = {},
): TestContext {
  const lines: string[] = [];
  const outputs = new Map<string, Buffer>();
  return {
    sessionId,
    signal,
    lines,
    outputs,
    text: (name) => outputs.get(name)?.toString('utf8') ?? '',
    progress(line) {
      lines.push(line);
      onProgress?.(line);
    },
    async output(name) {
      outputs.set(name, Buffer.alloc(0));
      return {
        write: async (chunk) => void outputs.set(name, Buffer.concat([outputs.get(name)!, chunk])),
        finish: async () => {
          const bytes = outputs.get(name)!;
          return { id: randomUUID(), sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
        },
      };
    },
  };
}

export interface CommandParts {
  readonly sessionId: string;
  readonly branch: string;
  readonly remote: string;
  readonly baseBranch?: string;
  readonly push?: boolean;
  readonly step?: string;
  readonly script?: readonly ScriptLine[];
  readonly expects?: Partial<Expects>;
  readonly timeoutMs?: number;
  readonly files?: readonly string[];
  readonly message?: string;
  readonly pullRequest?: FinalizeMetadata['pullRequest'];
  readonly agent?: Partial<AgentMetadata>;
}

export function command(kind: Command['kind'], parts: CommandParts): Command {
  const { remote, branch, baseBranch = 'main', push = false, step = kind === 'finalize' ? 'Finalize' : kind } = parts;
  const where = { remote, branch, baseBranch, push };
  const metadata = {
    ...where,
    files: parts.files ?? [],
    message: parts.message ?? 'Work done',
    pullRequest: parts.pullRequest ?? null,
    trailers: { session: parts.sessionId, step },
    context: 'Shop',
    component: 'Cart',
    turn: 1,
    prompt: 'Write it.',
    childSessionIds: [],
    children: [],
    removed: [],
    ...parts.agent,
  };
  return {
    id: randomUUID(),
    sessionId: parts.sessionId,
    seq: 1,
    step,
    kind,
    title: step,
    script: parts.script ?? [],
    cwd: '.',
    timeoutMs: parts.timeoutMs ?? 30_000,
    expects: { files: [], testReports: [], ...parts.expects },
    promptVersion: null,
    metadata,
  };
}

export function line(argv: readonly string[], more: Partial<ScriptLine> = {}): ScriptLine {
  return { argv, cwd: '.', timeoutMs: 30_000, okExitCodes: [0], ...more };
}

export const node = (source: string, ...args: string[]): ScriptLine =>
  line([process.execPath, '--input-type=module', '-e', source, ...args]);

/** Prepares a session and returns the evidence. */
export async function prepared(lab: Lab, parts: Omit<CommandParts, 'remote'>): Promise<Result> {
  const full = { ...parts, remote: lab.remote };
  const result = await lab.runner.run(command('prepare_workspace', full), testContext(parts.sessionId));
  if (result.status !== 'ok') throw new Error(JSON.stringify(result));
  return result;
}

export const read = (path: string): string => readFileSync(path, 'utf8');

export function remoteTip(lab: Lab, branch: string): string | null {
  const listed = git(lab.folder, 'ls-remote', lab.remote, `refs/heads/${branch}`);
  return listed === '' ? null : listed.split('\t')[0]!;
}
