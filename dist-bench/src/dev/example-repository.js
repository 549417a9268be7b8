import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
const run = promisify(execFile);
const KEPT_RUNS = 5;
/** A fresh copy of the example with a bare remote beside it, as a user's own repository would be. */
export async function makeExampleRepository(example, parent, name) {
    const folder = join(parent, name, 'work');
    const remote = join(parent, name, 'remote.git');
    await mkdir(join(parent, name), { recursive: true });
    await cp(example, folder, { recursive: true });
    const git = (...args) => run('git', ['-C', folder, ...args]);
    await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
    await run('git', ['init', '--quiet', '--initial-branch=main', folder]);
    await git('add', '--all');
    await git('-c', 'user.name=specwright demo', '-c', 'user.email=demo@localhost', 'commit', '--quiet', '-m', 'The example project, with tests and without implementations');
    await git('remote', 'add', 'origin', remote);
    await git('push', '--quiet', 'origin', 'main');
    await forgetOldRuns(parent);
    return { folder, remote };
}
async function forgetOldRuns(parent) {
    const runs = (await readdir(parent)).sort();
    for (const old of runs.slice(0, -KEPT_RUNS))
        await rm(join(parent, old), { recursive: true, force: true });
}
