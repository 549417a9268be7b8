import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { postgresAccount } from './postgres-account.js';
import { postgresPlace, setAside } from './postgres-place.js';
import { findPostgresPrograms, reachablePrograms } from './postgres-programs.js';
import { readIfThere, writePrivateFile } from './private-file.js';
const execute = promisify(execFile);
const INITDB_TIMEOUT_MS = 60_000;
/** The programs need nothing of the user's environment, and its locale or PG* variables would only mislead them. */
export const POSTGRES_ENV = { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin' };
/** Makes the cluster when it is missing. `endServerOf` ends a server that still runs on a cluster to be set aside. */
export async function prepareCluster(options, endServerOf) {
    const log = options.log ?? (() => undefined);
    const found = findPostgresPrograms();
    const account = await postgresAccount(log);
    const place = await postgresPlace(options.dataDir, account);
    const programs = await reachablePrograms(found, account, place);
    const path = join(place, 'postgres');
    const passwordPath = join(options.dataDir, 'postgres-password');
    const known = await readIfThere(passwordPath);
    const password = known ?? randomBytes(24).toString('base64url');
    const logPath = join(options.dataDir, 'postgres.log');
    const disposable = place === resolve(options.dataDir) ? path : place;
    const cluster = {
        path,
        disposable,
        account,
        programs,
        password,
        logPath,
        unsafe: options.unsafe ?? false,
        throwaway: options.throwaway ?? false,
        log,
    };
    const version = await readIfThere(join(path, 'PG_VERSION'));
    if (version !== null && known !== null) {
        await checkVersion(cluster, version.trim());
        return cluster;
    }
    if (version !== null) {
        await endServerOf(path);
        await setAside(path, log);
    }
    await writePrivateFile(passwordPath, password);
    await initialise(cluster);
    return cluster;
}
async function checkVersion({ programs, path }, version) {
    const { stdout } = await execute(programs.postgres, ['--version'], { env: POSTGRES_ENV, timeout: 10_000 });
    const major = /(\d+)/.exec(stdout)?.[1];
    if (major === version)
        return;
    throw new Error(`${path} was made by Postgres ${version} and the embedded one is ${major ?? 'of an unknown version'}: ` +
        'remove the data folder to start anew, or set DATABASE_URL to a server that holds its data.');
}
/** Into a folder beside it, renamed when complete: a killed `initdb` leaves nothing that looks like a cluster. */
async function initialise({ path, account, programs, password, unsafe, log }) {
    const draft = `${path}.new`;
    const passwordPath = `${path}.new-password`;
    try {
        await rm(draft, { recursive: true, force: true });
        await mkdir(draft, { mode: 0o700 });
        await rm(passwordPath, { force: true });
        await writeFile(passwordPath, `${password}\n`, { mode: 0o600, flag: 'wx' });
        if (account !== null) {
            await chown(draft, account.uid, account.gid);
            await chown(passwordPath, account.uid, account.gid);
        }
        log('making the database cluster');
        await execute(programs.initdb, [
            `--pgdata=${draft}`,
            `--pwfile=${passwordPath}`,
            '--username=postgres',
            '--auth=scram-sha-256',
            '--encoding=UTF8',
            '--locale=C',
            '--locale-provider=builtin',
            '--builtin-locale=C.UTF-8',
            ...(unsafe ? ['--no-sync'] : []),
        ], { ...account, env: POSTGRES_ENV, timeout: INITDB_TIMEOUT_MS, killSignal: 'SIGKILL' });
        await rename(draft, path);
    }
    catch (error) {
        const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().slice(-500) : '';
        const cause = output === '' ? error.message : output;
        throw new Error(`the database cluster ${path} cannot be made: ${cause}`);
    }
    finally {
        await rm(passwordPath, { force: true });
        await rm(draft, { recursive: true, force: true });
    }
}
