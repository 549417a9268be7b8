import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { identifyProcess } from './processes.js';
/** In a group of its own and with a log file: Ctrl-C reaches specwright first, which ends things in order. */
export async function launchServer(launch) {
    const log = await open(launch.logPath, 'a', 0o600);
    try {
        const child = spawn(launch.program, launch.args, {
            ...launch.account,
            detached: true,
            env: launch.env,
            stdio: ['ignore', log.fd, log.fd],
        });
        await new Promise((resolve, reject) => {
            child.once('spawn', resolve);
            child.once('error', reject);
        });
        child.unref();
        return await identifyProcess(child.pid);
    }
    finally {
        await log.close();
    }
}
