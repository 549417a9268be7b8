import type { ChildProcess } from 'node:child_process';

/** From asking a process group to end (SIGTERM) to ending it (SIGKILL). */
export const KILL_GRACE_MS = 2_000;

export interface Exit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The group a detached child leads: ended as a whole on time-out, abort, or when asked. */
export interface ProcessGroup {
  readonly exited: Promise<Exit>;
  timedOut(): boolean;
  end(): void;
  /** Takes down timers and listeners; call it once the child has exited. */
  dispose(): void;
}

export function watchGroup(child: ChildProcess, timeoutMs: number, abort: AbortSignal): ProcessGroup {
  let timedOut = false;
  let over = false;
  let killer: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (over || killer !== undefined) return;
    signalGroup(child.pid!, 'SIGTERM');
    killer = setTimeout(() => signalGroup(child.pid!, 'SIGKILL'), KILL_GRACE_MS);
  };
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (exitCode, signal) => {
      over = true;
      // Whatever the program left behind in its group would write into a workspace that is no longer its own.
      signalGroup(child.pid!, 'SIGKILL');
      resolve({ exitCode, signal });
    });
  });
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, timeoutMs);
  abort.addEventListener('abort', end, { once: true });
  if (abort.aborted) end();
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

export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the group is gone already, which is what was wanted.
  }
}
