import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { freePorts } from './free-ports.js';
import { launchServer } from './launch-server.js';
import { POSTGRES_ENV, prepareCluster } from './postgres-cluster.js';
import { readIfThere } from './private-file.js';
import { endProcess, findProcess, isRunning } from './processes.js';
import { waitUntil } from './wait-until.js';
/** Recovery after a kill replays at most one checkpoint's worth of log. */
const START_TIMEOUT_MS = 60_000;
const ATTEMPTS = 3;
/** Starts the embedded Postgres, making its cluster first, or takes over the one that a killed run left. */
export async function startPostgres(options) {
    const cluster = await prepareCluster(options, endServerOf);
    const leftover = await takeLeftover(cluster);
    if (leftover !== null)
        return toServer(cluster, leftover, true);
    for (let attempt = 1;; attempt += 1) {
        try {
            return toServer(cluster, await startOnce(cluster), false);
        }
        catch (error) {
            // A port lost in a race, or the shared memory of a killed server that its last processes still hold.
            if (attempt === ATTEMPTS)
                throw error;
            cluster.log(`Postgres did not start, trying again: ${error.message}`);
        }
    }
}
async function startOnce(cluster) {
    const [port] = (await freePorts(1));
    const before = (await readIfThere(cluster.logPath))?.length ?? 0;
    const { programs, account, logPath } = cluster;
    const args = serverArguments(cluster, port);
    const identity = await launchServer({ program: programs.postgres, args, account, logPath, env: POSTGRES_ENV });
    try {
        await untilAnswering(cluster, { identity, port }, START_TIMEOUT_MS);
        return { identity, port };
    }
    catch (error) {
        await end(identity);
        throw new Error(`${error.message}${await lastComplaint(cluster.logPath, before)}`);
    }
}
function serverArguments({ path, unsafe }, port) {
    const values = {
        listen_addresses: '127.0.0.1',
        // Only the port: a socket in /tmp would be one more way in.
        unix_socket_directories: '',
        max_connections: '200',
        timezone: 'UTC',
        log_timezone: 'UTC',
        ...(unsafe ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
    };
    return [
        '-D',
        path,
        '-p',
        `${port}`,
        ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
}
async function untilAnswering(cluster, running, timeoutMs) {
    await waitUntil(async () => {
        if (await answers(adminUrl(cluster, running.port)))
            return true;
        if (!(await isRunning(running.identity)))
            throw new Error('Postgres ended at once');
        return null;
    }, { otherwise: 'Postgres did not answer', timeoutMs });
}
async function answers(url) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000, query_timeout: 2000 });
    // Without a listener a connection lost between two calls would end the process.
    client.on('error', () => undefined);
    try {
        await client.connect();
        await client.query('select 1');
        return true;
    }
    catch {
        return false;
    }
    finally {
        await client.end().catch(() => undefined);
    }
}
/** A server that a killed run left on this cluster: taken over when it answers, else ended. */
async function takeLeftover(cluster) {
    const leftover = await serverOf(cluster.path);
    if (leftover === null)
        return null;
    try {
        await untilAnswering(cluster, leftover, 10_000);
        cluster.log('taking over the Postgres that an earlier run left');
        return leftover;
    }
    catch {
        cluster.log('ending the Postgres that an earlier run left');
        await end(leftover.identity);
        return null;
    }
}
/**
 * The server that runs on a cluster, by its `postmaster.pid`: line 1 is the pid, line 4 the port, line 7 the key and id
 * of its shared memory. A file that a killed server left is removed: its pid may be another program's by now, or a
 * zombie's where nothing reaps, and Postgres takes both for a running server.
 */
async function serverOf(path) {
    const pidPath = join(path, 'postmaster.pid');
    const lines = (await readIfThere(pidPath))?.split('\n');
    if (lines === undefined)
        return null;
    const found = await findProcess(Number(lines[0]));
    if (found?.commandLine.includes(path))
        return { identity: found, port: Number(lines[3]) };
    // Elsewhere than on Linux the wait below is not possible, so Postgres is left to judge a pid that is gone.
    if (found === null && process.platform !== 'linux')
        return null;
    await waitUntil(async () => ((await isShared(lines[6])) ? null : true), {
        otherwise: `the processes of a killed Postgres on ${path} did not end`,
        timeoutMs: 15_000,
    });
    await rm(pidPath, { force: true });
    return null;
}
/** True while a process of a killed server is still attached; it would write into files that a new one has opened. */
async function isShared(keyAndId) {
    const id = keyAndId?.trim().split(/\s+/)[1];
    const segments = (await readIfThere('/proc/sysvipc/shm'))?.split('\n') ?? [];
    // Columns: key shmid perms size cpid lpid nattch …
    const columns = segments.map((line) => line.trim().split(/\s+/)).find((row) => row[1] === id);
    return columns !== undefined && columns[6] !== '0';
}
async function endServerOf(path) {
    const running = await serverOf(path);
    if (running !== null)
        await end(running.identity);
}
function toServer(cluster, running, reused) {
    let stopping = null;
    return {
        adminUrl: adminUrl(cluster, running.port),
        pid: running.identity.pid,
        reused,
        clusterPath: cluster.path,
        stop: () => (stopping ??= endAndDispose(cluster, running.identity)),
    };
}
async function endAndDispose(cluster, identity) {
    await end(identity);
    if (cluster.throwaway)
        await rm(cluster.disposable, { recursive: true, force: true });
}
/** SIGINT is Postgres's fast shutdown, SIGQUIT its immediate one. */
const end = (identity) => endProcess(identity, [
    { signal: 'SIGINT', waitMs: 10_000 },
    { signal: 'SIGQUIT', waitMs: 5000 },
    { signal: 'SIGKILL', waitMs: 5000 },
]);
function adminUrl({ password }, port) {
    return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}
async function lastComplaint(logPath, from) {
    const written = (await readFile(logPath, 'utf8')).slice(from);
    const complaint = written.split('\n').findLast((line) => /FATAL|PANIC|ERROR|error/.test(line));
    return complaint === undefined ? ` (see ${logPath})` : `: ${complaint.trim()} (see ${logPath})`;
}
