import type { z } from 'zod';

export interface Variable<T> {
  readonly group:
    'temporal' | 'database' | 'queues' | 'http' | 'metrics' | 'agent' | 'forge' | 'folders' | 'timing' | 'logging';
  readonly schema: z.ZodType<T>;
  /** Used when the variable is unset or empty. */
  readonly fallback: T;
  /** The default as the README prints it. */
  readonly default: string;
  readonly meaning: string;
  /** What to do about a bad value. */
  readonly fix: string;
  readonly secret?: true;
}

export const variable = <T>(row: Variable<T>): Variable<T> => row;
export const withoutDefault = { fallback: null, default: '' } as const;
