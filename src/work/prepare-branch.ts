import type { ScriptLine } from '../domain/command.js';
import type { Result } from '../domain/result.js';
import type { Bench, CommandOf, Task } from './bench.js';
import { localRef, originRef, type Checkout } from './checkout.js';
import { runGitLines } from './run-git-lines.js';

/** The session's branch, by the command's script; repeatable, also where another client began it. */
export async function prepareBranch(
  bench: Bench,
  { command, context }: Task<CommandOf<'prepare_workspace'>>,
): Promise<Result> {
  const { checkout } = bench;
  const { branch } = command.metadata;
  for (const line of command.script) {
    const lines = makesBranch(line, branch) ? await switchLines(checkout, line, branch) : [line];
    await runGitLines(bench, lines, context);
  }
  return { status: 'ok', evidence: { git: { branch, baseSha: await checkout.head() } } };
}

const makesBranch = ({ argv }: ScriptLine, branch: string): boolean =>
  argv[1] === 'switch' && argv.includes('--create') && argv.includes(branch);

async function switchLines(checkout: Checkout, line: ScriptLine, branch: string): Promise<readonly ScriptLine[]> {
  const git = (...args: string[]): ScriptLine => ({ ...line, argv: ['git', ...args] });
  const isAtOrigin = await checkout.has(originRef(branch));
  if (await checkout.has(localRef(branch))) {
    const ahead = isAtOrigin ? [git('merge', '--ff-only', originRef(branch))] : [];
    return [git('switch', branch), ...ahead];
  }
  return isAtOrigin ? [git('switch', '--no-track', '--create', branch, originRef(branch))] : [line];
}
