import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Next, Report, Result } from '../../src/client.js';
import type { Example } from './example.js';
import { gitIn } from './example.js';

/** A person with a clone and a terminal: runs the script of a command and reports what is there afterwards. */
export class ManualClient {
  readonly clone: string;
  readonly seen: Command[] = [];

  constructor(
    readonly example: Example,
    root: string,
  ) {
    this.clone = join(root, 'clone');
    execFileSync('git', ['clone', '--quiet', example.remote, this.clone]);
    gitIn(this.clone, 'config', 'user.name', 'A person');
    gitIn(this.clone, 'config', 'user.email', 'person@localhost');
  }

  carryOut(command: Command, cwd = this.clone): Report {
    this.seen.push(command);
    if (command.kind === 'agent') this.write(command, cwd);
    else for (const line of command.script) this.run(line.argv, line.okExitCodes, cwd);
    return { commandId: command.id, result: this.resultOf(command, cwd) };
  }

  private run(argv: readonly string[], okExitCodes: readonly number[], cwd: string): void {
    const [program = '', ...args] = argv;
    const { status, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
    if (!okExitCodes.includes(status ?? -1)) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  }

  /** Stands for the person's own agent: the example's prepared output for this turn. */
  private write(command: Command & { kind: 'agent' }, cwd: string): void {
    const { context, component, turn } = command.metadata;
    const prepared = join(this.example.scripted, context, component ?? '', `${command.step}.${turn}`);
    cpSync(prepared, cwd, { recursive: true });
  }

  private resultOf(command: Command, cwd: string): Result {
    // The Temporal CLI prints an empty list as null.
    const expectedFiles = (command.expects.files as typeof command.expects.files | null) ?? [];
    const reports = (command.expects.testReports as typeof command.expects.testReports | null) ?? [];
    const files = expectedFiles.filter(({ path }) => existsSync(join(cwd, path)));
    const evidence = {
      files: files.map(({ path }) => {
        const bytes = readFileSync(join(cwd, path));
        return { path, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
      }),
      git: this.git(command, cwd),
    };
    const logs = reports.flatMap(({ log }) => (log ? [log] : []));
    const outputs = [...reports, ...logs, ...(command.expects.documents ?? [])]
      .filter(({ path }) => existsSync(join(cwd, path)))
      .map(({ path, output }) => ({ name: output, base64: readFileSync(join(cwd, path)).toString('base64') }));
    return { status: 'ok', evidence: { ...evidence, ...this.baseFiles(command, cwd) }, outputs };
  }

  private baseFiles({ expects }: Command, cwd: string) {
    if (!expects.base) return {};
    const { commit, paths } = expects.base;
    const found = gitIn(cwd, 'ls-tree', '-r', '--name-only', commit, '--', ...paths);
    return { baseFiles: found === '' ? [] : found.split('\n') };
  }

  private git({ kind, metadata }: Command, cwd: string) {
    if (kind === 'agent' || kind === 'check_document') return {};
    const { branch, push } = metadata as { branch: string; push: boolean };
    const head = gitIn(cwd, 'rev-parse', 'HEAD');
    if (kind === 'prepare_workspace') return { branch, baseSha: head };
    return kind === 'finalize'
      ? { branch, commit: head, ...(push ? { remoteSha: gitIn(this.example.remote, 'rev-parse', branch) } : {}) }
      : {};
  }
}

export function commandOf(next: Next): Command {
  if (next.kind !== 'command') throw new Error(`expected a command, got ${JSON.stringify(next)}`);
  return next.command;
}

/** Polls until `look` gives something, at most `seconds`. */
export async function eventually<T>(
  look: () => Promise<T | null | undefined | false>,
  what: string,
  seconds = 50,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look().catch(() => null);
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`${what}: not seen within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
