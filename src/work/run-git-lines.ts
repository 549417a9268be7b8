import type { ScriptLine } from '../domain/command.js';
import type { Failure } from '../domain/failures.js';
import { lineOutcome } from '../runner/run-lines.js';
import { runProcess } from '../runner/run-process.js';
import { WorkFailed } from '../runner/work-failed.js';
import type { Bench } from './bench.js';

/** Runs lines of a script as the person would, one after another; the first that goes wrong is thrown. */
export async function runGitLines(
  { checkout, gitEnv: env, secrets }: Bench,
  lines: readonly ScriptLine[],
  context: { readonly signal: AbortSignal; progress(line: string): void },
): Promise<void> {
  for (const line of lines) {
    const said = line.argv.join(' ').slice(0, 160);
    context.progress(said);
    const { signal } = context;
    const outcome = lineOutcome(
      line.argv[0] ?? '',
      await runProcess({ argv: line.argv, cwd: checkout.root, env, secrets, timeoutMs: line.timeoutMs, signal }),
      line.timeoutMs,
    );
    if (!outcome.ran) throw new WorkFailed(outcome.failure);
    if (!line.okExitCodes.includes(outcome.exitCode)) throw new WorkFailed(badLine(said, outcome));
  }
}

function badLine(said: string, { exitCode, tail }: { readonly exitCode: number; readonly tail: string }): Failure {
  const why = tail.split('\n').find((line) => /^(fatal|error|remote|!|CONFLICT)/.test(line.trim())) ?? '';
  return {
    kind: 'command_failed',
    message: `\`${said}\` ended with exit code ${exitCode}${why === '' ? '' : `: ${why.trim().slice(0, 300)}`}`,
    ...(tail === '' ? {} : { detail: tail }),
  };
}
