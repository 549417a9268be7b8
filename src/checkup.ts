import type { Client } from '@temporalio/client';
import { setTimeout as pause } from 'node:timers/promises';
import { createDoctor, type Doctor } from './api/doctor.js';
import { createMirrorCheck, type MirrorCheck } from './api/mirror-check.js';
import { createDatabaseProbe } from './store/database-probe.js';
import { createMirrorReader } from './store/mirror-reader.js';
import type { Pool } from './store/pool.js';
import { createExecutions } from './temporal/executions.js';
import { createTemporalProbe } from './temporal/temporal-probe.js';

interface Queues {
  readonly taskQueue: string;
  readonly executorQueue: string;
  /** See `DoctorDeps`. */
  readonly inPlaceOfErrors?: string;
}

/** What looks at a stack and changes nothing. */
export function createCheckup(
  temporal: Client,
  readPool: Pool,
  { taskQueue, ...queues }: Queues,
): { readonly mirror: MirrorCheck; readonly doctor: Doctor } {
  const executions = createExecutions(temporal, taskQueue);
  const mirror = createMirrorCheck({ executions, rows: createMirrorReader(readPool), pause });
  const doctor = createDoctor({
    temporal: createTemporalProbe(temporal),
    database: createDatabaseProbe(readPool),
    mirror,
    taskQueue,
    ...queues,
    now: () => Date.now(),
  });
  return { mirror, doctor };
}
