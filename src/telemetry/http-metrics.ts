import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** To 30 s, for which a client may wait for a command. */
const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Every label is one of a fixed list: operations of the OpenAPI document, statuses, codes. */
export function addHttpMetrics(registry: Registry) {
  const registers = [registry];
  const durations = new Histogram({
    name: 'specwright_http_request_duration_seconds',
    help: 'From the head of a request to the end of its answer, event streams left out',
    labelNames: ['operation', 'status'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const refusals = new Counter({
    name: 'specwright_refusals_total',
    help: 'Requests that were not done, by the code of the answer',
    labelNames: ['surface', 'code'],
    registers,
  });
  const readers = new Gauge({
    name: 'specwright_event_readers',
    help: 'Event streams that are open',
    registers,
  });
  return {
    answered: (operation: string, status: number | 'left', seconds: number): void =>
      durations.observe({ operation, status }, seconds),
    refused: (surface: 'http' | 'mcp', code: string): void => refusals.inc({ surface, code }),
    /** What it gives is called when the reader is gone. */
    reading(): () => void {
      readers.inc();
      return () => readers.dec();
    },
  };
}
