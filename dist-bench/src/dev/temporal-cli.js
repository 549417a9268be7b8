import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath, isExecutable, MissingProgramError } from './programs.js';
import { buildTemporalCli } from './temporal-cli-build.js';
import { downloadTemporalCli } from './temporal-cli-download.js';
const execute = promisify(execFile);
/** The release that specwright is tested with; it brings server 1.29.1. */
export const TEMPORAL_CLI_VERSION = '1.5.1';
/** The first server line whose Updates and eager activities behave as the workflows rely on. */
const OLDEST_SERVER_MINOR = 28;
/**
 * The Temporal CLI: the one named by TEMPORAL_CLI_PATH, else on the PATH, else cached, else downloaded, else built with
 * Go. Downloading and building fill the cache. Throws a {@link MissingProgramError} that lists these ways.
 */
export async function findTemporalCli(config, log, signal) {
    if (config.temporal.cliPath !== null)
        return named(config.temporal.cliPath);
    const cached = cachedCliPath(config.cacheDir);
    const failures = [];
    const ways = [
        ['`temporal` on the PATH', () => onPath(config.searchPath)],
        ['the cache', () => usable(cached)],
        ['the download from temporal.download', () => downloadTemporalCli(TEMPORAL_CLI_VERSION, cached, log)],
        [
            `go install github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_CLI_VERSION}`,
            () => buildTemporalCli(TEMPORAL_CLI_VERSION, cached, config.searchPath, log, signal),
        ],
    ];
    for (const [name, way] of ways) {
        signal?.throwIfAborted();
        const attempt = await way();
        if (attempt.found)
            return attempt.path;
        failures.push(`  - ${name}: ${attempt.why}`);
    }
    throw new MissingProgramError('The Temporal CLI is missing: install it (https://docs.temporal.io/cli), set TEMPORAL_CLI_PATH to it, ' +
        'install Go 1.25 or newer so that it can be built, or set TEMPORAL_ADDRESS to a running server.\n' +
        `Tried:\n${failures.join('\n')}`);
}
export function cachedCliPath(cacheDir) {
    return join(cacheDir, `temporal-cli-${TEMPORAL_CLI_VERSION}`, 'temporal');
}
async function named(path) {
    const attempt = await usable(path);
    if (attempt.found)
        return path;
    throw new MissingProgramError(`TEMPORAL_CLI_PATH names ${path}, which ${attempt.why}; correct it, or unset it so that one is looked for.`);
}
async function onPath(searchPath) {
    const path = await findOnPath('temporal', searchPath);
    return path === null ? { found: false, why: 'is not there' } : usable(path);
}
async function usable(path) {
    if (!(await isExecutable(path)))
        return { found: false, why: 'is not an executable file' };
    try {
        const { stdout } = await execute(path, ['--version'], { timeout: 10_000 });
        const server = /Server (\d+)\.(\d+)/.exec(stdout);
        if (server === null)
            return { found: false, why: `does not print a Temporal version (${path})` };
        const isRecent = Number(server[1]) > 1 || Number(server[2]) >= OLDEST_SERVER_MINOR;
        return isRecent
            ? { found: true, path }
            : { found: false, why: `is too old: it brings server ${server[1]}.${server[2]} (${path})` };
    }
    catch {
        return { found: false, why: `does not run (${path})` };
    }
}
