import type { Context } from '@temporalio/activity';
import type { ActivityInterceptorsFactory, Worker } from '@temporalio/worker';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** From a fast local write to an outage that is counted in minutes. */
const LAG_BUCKETS_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900];

/**
 * How far the rows are behind the workflows: from when a workflow asked for a write to when it was committed, all tries
 * included. Session activities are writes, and `write` is the name without the step.
 */
export function mirrorLag(registry: Registry): ActivityInterceptorsFactory {
  const registers = [registry];
  const lag = new Histogram({
    name: 'specwright_mirror_lag_seconds',
    help: 'From when a workflow asked for a write to the read model to its commit',
    labelNames: ['write'],
    buckets: LAG_BUCKETS_SECONDS,
    registers,
  });
  const failures = new Counter({
    name: 'specwright_mirror_failures_total',
    help: 'Writes to the read model that failed; each is tried again',
    labelNames: ['write'],
    registers,
  });
  return ({ info }: Context) => {
    const write = info.activityType.split('.', 1)[0]!;
    return {
      inbound: {
        async execute(input, next) {
          const output = await next(input).catch((error: unknown) => {
            failures.inc({ write });
            throw error;
          });
          lag.observe({ write }, Math.max(0, Date.now() - info.scheduledTimestampMs) / 1_000);
          return output;
        },
      },
    };
  };
}

export interface ReconcilerMetrics {
  corrected(action: string): void;
  round(outcome: 'done' | 'failed'): void;
}

export function addReconcilerMetrics(registry: Registry): ReconcilerMetrics {
  const registers = [registry];
  const corrections = new Counter({
    name: 'specwright_mirror_corrections_total',
    help: 'Rows put right because the workflow was ended or reset past its own activities',
    labelNames: ['action'],
    registers,
  });
  const rounds = new Counter({
    name: 'specwright_reconciler_rounds_total',
    help: 'Rounds in which rows were compared with Temporal',
    labelNames: ['outcome'],
    registers,
  });
  const last = new Gauge({
    name: 'specwright_reconciler_last_done_timestamp_seconds',
    help: 'When the last whole round ended, in seconds since 1970',
    registers,
  });
  return {
    corrected: (action) => corrections.inc({ action }),
    round(outcome) {
      rounds.inc({ outcome });
      if (outcome === 'done') last.set(Date.now() / 1_000);
    },
  };
}

/** Commands, merges and checks this host runs at this moment, and how many more it would take. */
export function addExecutorMetrics(registry: Registry, slots: number, worker: Pick<Worker, 'getStatus'>): void {
  new Gauge({
    name: 'specwright_executor_slots',
    help: 'Places for commands on this executor host',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const used = worker.getStatus().numInFlightActivities;
      this.set({ state: 'used' }, used);
      this.set({ state: 'free' }, Math.max(0, slots - used));
    },
  });
}
