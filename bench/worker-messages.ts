/** What runs in a process of its own. `executor` is specwright's own with a trivial runner, `api` its HTTP server. */
export type Role = 'session' | 'executor' | 'bare' | 'bareExecutor' | 'api';

export interface WorkerSpec {
  readonly roles: readonly Role[];
  readonly address: string;
  readonly rwUrl: string;
  readonly roUrl: string;
  readonly dataDir: string;
  readonly taskQueue: string;
  readonly bundlePath: string;
}

export interface WorkerStats {
  readonly rssBytes: number;
  readonly cpuMs: number;
  /** Sent to Postgres so far, BEGIN and COMMIT among them. */
  readonly statements: number;
}

export type FromWorker =
  { readonly kind: 'ready'; readonly url: string | null } | { readonly kind: 'stats'; readonly stats: WorkerStats };

export const executorQueueOf = (taskQueue: string): string => `${taskQueue}-executor`;
