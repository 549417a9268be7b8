import { Gauge, type Registry } from 'prom-client';
import { WAITING_ON } from '../domain/session.js';
import type { SessionCounts } from '../ports/session-counts.js';

/** Two scrapers at once, or one that is impatient, ask Postgres once. */
const FRESH_MS = 1_000;
/** For a session that was planned and has not begun. */
const NO_STEP = 'none';

/** What Postgres says at the moment of the scrape; the same from every session worker. While it is away: no values, and `up` is 0. */
export function addSessionMetrics(registry: Registry, counts: SessionCounts, home: string): void {
  let last: { readonly at: number; readonly done: Promise<void> } | null = null;
  const collect = (): Promise<void> => {
    const now = performance.now();
    if (last === null || now - last.at >= FRESH_MS) last = { at: now, done: refresh(gauges, counts, home) };
    return last.done;
  };
  const gauges = gaugesOf(registry, collect);
}

type Gauges = ReturnType<typeof gaugesOf>;

function gaugesOf(registry: Registry, collect: () => Promise<void>) {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: readonly Label[]) =>
    new Gauge({ name: `specwright_${name}`, help, labelNames, registers: [registry], collect });
  return {
    up: gauge('read_model_up', 'Whether Postgres answered this scrape'),
    active: gauge('active_sessions', 'Sessions that are not closed', 'session_type', 'step', 'waiting_on'),
    oldestWait: gauge('oldest_wait_seconds', 'Age of the longest wait of an active session', 'waiting_on'),
    closed: gauge('closed_sessions_last_day', 'Sessions closed within 24 hours', 'session_type', 'step', 'status'),
    commands: gauge('open_commands', 'Commands nobody has reported on yet', 'kind'),
    oldestCommand: gauge('oldest_open_command_seconds', 'Age of the oldest open command', 'kind'),
  };
}

async function refresh(gauges: Gauges, counts: SessionCounts, home: string): Promise<void> {
  const asked = [counts.active(home), counts.closed(home), counts.openCommands(home)] as const;
  const answered = await Promise.all(asked).catch(() => null);
  for (const gauge of Object.values(gauges)) gauge.reset();
  gauges.up.set(answered === null ? 0 : 1);
  if (answered === null) return;
  const [active, closed, commands] = answered;
  for (const { sessionType, step, waitingOn, sessions } of active) {
    gauges.active.set({ session_type: sessionType, step: step ?? NO_STEP, waiting_on: waitingOn }, sessions);
  }
  for (const waitingOn of WAITING_ON) {
    const waits = active.filter((count) => count.waitingOn === waitingOn);
    const oldest = Math.max(0, ...waits.map(({ oldestWaitSeconds }) => oldestWaitSeconds));
    gauges.oldestWait.set({ waiting_on: waitingOn }, oldest);
  }
  for (const { sessionType, step, status, sessions } of closed) {
    gauges.closed.set({ session_type: sessionType, step: step ?? NO_STEP, status }, sessions);
  }
  for (const { kind, commands: open, oldestAgeSeconds } of commands) {
    gauges.commands.set({ kind }, open);
    gauges.oldestCommand.set({ kind }, oldestAgeSeconds);
  }
}
