/** What runs in a worker process. `executor` is specwright's own with a trivial runner. */
export type Role = 'session' | 'executor' | 'bare' | 'bareExecutor';

export interface WorkerSpec {
  readonly roles: readonly Role[];
  readonly address: string;
  readonly rwUrl: string;
  readonly dataDir: string;
  readonly taskQueue: string;
  readonly bundlePath: string;
}

export interface WorkerStats {
  readonly rssBytes: number;
  readonly cpuMs: number;
}

export type FromWorker = { readonly kind: 'ready' } | { readonly kind: 'stats'; readonly stats: WorkerStats };

export const executorQueueOf = (taskQueue: string): string => `${taskQueue}-executor`;
