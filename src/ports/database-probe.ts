import type { Patient } from '../domain/stuck.js';
import type { Scope } from '../domain/scope.js';

export type ActiveRow = Omit<Patient, 'executors' | 'pending' | 'differences'>;

/** What the doctor asks Postgres; throws when it does not answer. */
export interface DatabaseProbe {
  /** The server's version, and the migrations that this release has and the database lacks. */
  server(): Promise<{ readonly version: string; readonly missingMigrations: readonly string[] }>;
  /** Active sessions of a project in the order of their ids. */
  active(scope: Scope, afterId: string, limit: number): Promise<readonly ActiveRow[]>;
}
