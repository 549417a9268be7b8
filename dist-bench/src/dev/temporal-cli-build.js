import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from './programs.js';
const execute = promisify(execFile);
const OLDEST_GO_MINOR = 25;
/** It takes 2 to 3 minutes on two cores; a slow module proxy may take longer. */
const BUILD_TIMEOUT_MS = 20 * 60_000;
const TELL_EVERY_MS = 15_000;
/**
 * Builds the CLI into a folder of its own beside the cache and renames the finished program into place, so that two
 * processes building at once, or one that is killed, never leave half a program there.
 */
export async function buildTemporalCli(version, target, searchPath, log, signal) {
    const go = await findOnPath('go', searchPath);
    if (go === null)
        return { found: false, why: 'Go is not on the PATH' };
    const goVersion = await readGoVersion(go);
    if (goVersion === null)
        return { found: false, why: `needs Go 1.${OLDEST_GO_MINOR} or newer (${go} is not)` };
    await mkdir(dirname(target), { recursive: true });
    const folder = await mkdtemp(`${dirname(target)}-build-`);
    try {
        log(`building the Temporal CLI ${version} with ${goVersion}; this takes 2 to 3 minutes, once`);
        const failure = await install(go, version, folder, log, signal);
        signal?.throwIfAborted();
        if (failure !== null)
            return { found: false, why: failure };
        await rename(join(folder, 'temporal'), target);
        return { found: true, path: target };
    }
    finally {
        await rm(folder, { recursive: true, force: true });
    }
}
async function readGoVersion(go) {
    try {
        const { stdout } = await execute(go, ['version'], { timeout: 10_000 });
        const version = /go(\d+)\.(\d+)\S*/.exec(stdout);
        if (version === null)
            return null;
        return Number(version[1]) > 1 || Number(version[2]) >= OLDEST_GO_MINOR ? version[0] : null;
    }
    catch {
        return null;
    }
}
/** Why the installation failed, or null when it is done. */
async function install(go, version, folder, log, signal) {
    const started = performance.now();
    const telling = setInterval(() => {
        log(`building the Temporal CLI: ${Math.round((performance.now() - started) / 1000)} s`);
    }, TELL_EVERY_MS);
    // A group of its own: `go` starts compilers, and all of them are to end with it. `env` adds one variable to what is
    // inherited, without reading it here.
    const child = spawn('env', [`GOBIN=${folder}`, go, 'install', `github.com/temporalio/cli/cmd/temporal@v${version}`], {
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
    });
    const end = () => {
        if (child.pid !== undefined && child.exitCode === null)
            process.kill(-child.pid, 'SIGKILL');
    };
    const ending = AbortSignal.any([AbortSignal.timeout(BUILD_TIMEOUT_MS), ...(signal ? [signal] : [])]);
    ending.addEventListener('abort', end);
    process.once('exit', end);
    try {
        return await outcome(child);
    }
    finally {
        clearInterval(telling);
        ending.removeEventListener('abort', end);
        process.removeListener('exit', end);
    }
}
function outcome(child) {
    let errors = '';
    child.stderr.on('data', (chunk) => (errors = `${errors}${chunk.toString()}`.slice(-2000)));
    return new Promise((resolve) => {
        child.once('error', (error) => resolve(`could not be started (${error.message})`));
        child.once('close', (code) => resolve(code === 0 ? null : `failed: ${errors.trim().split('\n').at(-1) ?? ''}`));
    });
}
