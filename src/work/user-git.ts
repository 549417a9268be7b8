import { tail } from '../domain/failures.js';
import { gitFailed } from '../runner/git/git.js';
import type { Environment } from '../runner/process-environment.js';
import { runProcess } from '../runner/run-process.js';
import { workFailed } from '../runner/work-failed.js';

/** The user's own git in a checkout of theirs: their configuration, hooks and credentials. */
export interface UserGit {
  /** Never rejects for a non-zero exit code. */
  run(args: readonly string[], call?: UserGitCall): Promise<UserGitOutcome>;
  /** Standard output without the last line's end; a non-zero exit code is a failure that says what git said. */
  text(doing: string, args: readonly string[], call?: UserGitCall): Promise<string>;
}

export interface UserGitCall {
  readonly stdin?: string;
  readonly env?: Environment;
}

export interface UserGitOutcome {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A fetch over a slow line; local commands take milliseconds. */
const TIMEOUT_MS = 10 * 60_000;
const OUTPUT_BYTES = 64 * 1024 * 1024;

export function createUserGit(folder: string, env: Environment, signal: AbortSignal): UserGit {
  const run: UserGit['run'] = async (args, call = {}) => {
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    const outcome = await runProcess({
      // A path with a glob in its name is that path and no pattern.
      argv: ['git', '--literal-pathspecs', '-c', 'advice.detachedHead=false', ...args],
      cwd: folder,
      env: { ...env, LC_ALL: 'C', ...call.env },
      ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
      timeoutMs: TIMEOUT_MS,
      outputLimitBytes: OUTPUT_BYTES,
      signal,
      onOutput: (stream, chunk) => void (stream === 'stdout' ? stdout : stderr).push(chunk),
    });
    if (!outcome.started) throw workFailed('command_failed', outcome.message);
    const said = Buffer.concat(stderr).toString('utf8').replaceAll('\u0000', '\ufffd');
    return { exitCode: outcome.exitCode ?? 128, stdout: Buffer.concat(stdout), stderr: tail(said) };
  };
  return {
    run,
    async text(doing, args, call) {
      const outcome = await run(args, call);
      if (outcome.exitCode !== 0) throw gitFailed(outcome, doing);
      return outcome.stdout.toString('utf8').trimEnd();
    },
  };
}
