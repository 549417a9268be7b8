import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { waitUntil } from './wait-until.js';
const execute = promisify(execFile);
/** The living process with this pid, or null. */
export async function findProcess(pid) {
    if (!Number.isSafeInteger(pid) || pid <= 1)
        return null;
    return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}
export async function isRunning(identity) {
    return (await findProcess(identity.pid))?.startedAt === identity.startedAt;
}
export async function identifyProcess(pid) {
    const found = await findProcess(pid);
    if (found === null)
        throw new Error(`process ${pid} ended right after it was started`);
    return { pid, startedAt: found.startedAt };
}
/** Sends each signal in turn, waiting for the end after each; does nothing when that very process is gone. */
export async function endProcess(identity, signals) {
    for (const { signal, waitMs } of signals) {
        if (!(await isRunning(identity)))
            return;
        try {
            process.kill(identity.pid, signal);
        }
        catch (error) {
            if (isErrno(error, 'ESRCH'))
                return;
            throw error;
        }
        const ended = waitUntil(async () => ((await isRunning(identity)) ? null : true), {
            otherwise: `process ${identity.pid} did not end after ${signal}`,
            timeoutMs: waitMs,
            everyMs: 20,
        });
        if (await ended.catch(() => false))
            return;
    }
    if (await isRunning(identity))
        throw new Error(`process ${identity.pid} cannot be ended; end it by hand`);
}
export function isErrno(error, code) {
    // Not `instanceof Error`: under Jest the errors of Node's own modules are of another realm.
    return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
async function fromProc(pid) {
    try {
        const [stat, commandLine] = await Promise.all([
            readFile(`/proc/${pid}/stat`, 'utf8'),
            readFile(`/proc/${pid}/cmdline`, 'utf8'),
        ]);
        // The name in parentheses may hold anything, so count from the last one: state is field 3, start time field 22.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const startedAt = fields[19];
        if (startedAt === undefined || fields[0] === 'Z' || fields[0] === 'X')
            return null;
        return { pid, startedAt, commandLine: commandLine.replaceAll('\0', ' ').trim() };
    }
    catch {
        return null;
    }
}
async function fromPs(pid) {
    try {
        const { stdout } = await execute('ps', ['-ww', '-o', 'stat=,lstart=,command=', '-p', String(pid)], {
            env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
            timeout: 5000,
        });
        const row = /^\s*(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/m.exec(stdout);
        if (row === null || row[1]?.startsWith('Z'))
            return null;
        return { pid, startedAt: row[2] ?? '', commandLine: row[3] ?? '' };
    }
    catch {
        return null;
    }
}
