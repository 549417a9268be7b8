import { once } from 'node:events';
import { runCliProcess } from './cli-worker.js';
import type { Rig } from './rig.js';

/** `specwright serve` of the build, in a process of its own on the rig's servers. */
export interface ServeProcess {
  readonly url: string;
  readonly pid: number;
  /** `kill -9`. */
  kill(): Promise<void>;
}

const UP_WITHIN_MS = 30_000;

/** Ended with the other processes of the CLI: `endCliProcesses`. */
export async function startServeProcess(rig: Rig, env: Record<string, string> = {}): Promise<ServeProcess> {
  const { child, ended } = runCliProcess(rig, ['serve', '--json'], { SPECWRIGHT_HTTP_PORT: '0', ...env });
  const up = once(child.stdout!, 'data', { signal: AbortSignal.timeout(UP_WITHIN_MS) }) as Promise<[Buffer]>;
  const broken = ended.then(({ code, stderr }) => Promise.reject(new Error(`the API ended with ${code}: ${stderr}`)));
  const [line] = await Promise.race([up, broken]);
  broken.catch(() => undefined);
  return {
    url: (JSON.parse(line.toString()) as { httpUrl: string }).httpUrl,
    pid: child.pid!,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
