/** From asking a process group to end (SIGTERM) to ending it (SIGKILL). */
export const KILL_GRACE_MS = 2_000;
export function watchGroup(child, timeoutMs, abort) {
    let timedOut = false;
    let over = false;
    let killer;
    const end = () => {
        if (over || killer !== undefined)
            return;
        signalGroup(child.pid, 'SIGTERM');
        killer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), KILL_GRACE_MS);
    };
    const exited = new Promise((resolve) => {
        child.once('exit', (exitCode, signal) => {
            over = true;
            // Whatever the program left behind in its group would write into a workspace that is no longer its own.
            signalGroup(child.pid, 'SIGKILL');
            resolve({ exitCode, signal });
        });
    });
    const timer = setTimeout(() => {
        timedOut = true;
        end();
    }, timeoutMs);
    abort.addEventListener('abort', end, { once: true });
    if (abort.aborted)
        end();
    return {
        exited,
        timedOut: () => timedOut,
        end,
        dispose: () => {
            clearTimeout(timer);
            clearTimeout(killer);
            abort.removeEventListener('abort', end);
        },
    };
}
export function signalGroup(pid, signal) {
    try {
        process.kill(-pid, signal);
    }
    catch {
        // ESRCH: the group is gone already, which is what was wanted.
    }
}
