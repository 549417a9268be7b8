import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { reportFaults, reportsIn, type Ack, type ReportRows } from '../support/report-oracle.js';
import type { HistoryEvent } from '../support/workflow-history.js';

// The oracle of the crash tests has to see what they look for: here it is shown in a real history with a fault planted.
const recorded = (name: string): HistoryEvent[] => {
  const path = fileURLToPath(new URL(`../replay/histories/${name}.json`, import.meta.url));
  return [...historyFromJSON(JSON.parse(readFileSync(path, 'utf8'))).events!];
};
const events = recorded('componentCoding.manual');
const commands = reportsIn(events);
const sessionId = 's';
const rows: ReportRows = {
  interactions: commands.map(({ commandId, applied }) => ({
    ...{ commandId, source: 'claimed', completions: 1 },
    ...applied[0]!,
  })),
  kept: [],
};
const [first, second] = commands as [(typeof commands)[0], (typeof commands)[0]];
const ack = (more: Partial<Ack> = {}): Ack => ({
  ...{ sessionId, commandId: first.commandId, digest: first.applied[0]!.digest, via: 'http', said: 'first' },
  ...more,
});
const without = (drop: (event: HistoryEvent) => boolean) => reportsIn(events.filter((event) => !drop(event)));
const isVerdict = (event: HistoryEvent) =>
  String(event.markerRecordedEventAttributes?.details?.['data']?.payloads?.[0]?.data).includes('validateResult.');
const expectFaults = (faults: readonly string[], ...patterns: readonly RegExp[]) => {
  expect(faults).toHaveLength(patterns.length);
  patterns.forEach((pattern, index) => expect(faults[index]).toMatch(pattern));
};
const changed = (change: Partial<ReportRows['interactions'][0]>): ReportRows => ({
  ...rows,
  interactions: rows.interactions.map((row) => (row.commandId === first.commandId ? { ...row, ...change } : row)),
});

test('a recorded session of a person has six commands, each with one report that was applied once', () => {
  expect(commands.map(({ applied }) => applied.map(({ status }) => status).join())).toEqual([
    'ok',
    'ok',
    'error',
    'ok',
    'ok',
    'ok',
  ]);
  for (const { received, applied } of commands) expect(applied.map(({ digest }) => digest)).toEqual(received);
  const acks = commands.map(({ commandId, applied }) => ack({ commandId, digest: applied[0]!.digest }));
  expect(reportFaults(acks, commands, rows)).toEqual([]);
});

test('an acknowledged report that is not applied, or not in history, is named', () => {
  expectFaults(reportFaults([ack({ digest: 'another' })], commands, rows), /another.*is lost/);
  expectFaults(reportFaults([ack({ digest: 'another', said: 'durable' })], commands, rows), /is not in history/);
  const unheard = without((event) => Boolean(event.workflowExecutionUpdateAcceptedEventAttributes));
  expect(reportFaults([ack()], unheard, rows).join()).toMatch(/is lost: applied is children/);
  const unapplied = [{ ...first, applied: [] }];
  const pending = { ...rows, interactions: changed({ status: 'pending' }).interactions.slice(0, 1) };
  expectFaults(reportFaults([ack({ said: 'durable' })], unapplied, pending), /is lost: nothing is applied/);
});

test('an acknowledged report that a later one was preferred to is named; one that came second is not', () => {
  const mine = first.applied[0]!.digest;
  const both = (received: readonly string[]) => commands.map((one) => (one === first ? { ...one, received } : one));
  const durable = ack({ digest: 'another', said: 'durable', via: 'signal' });
  expectFaults(reportFaults([durable], both(['another', mine]), rows), /is lost: applied is .*, which came later/);
  expect(reportFaults([durable], both([mine, 'another']), rows)).toEqual([]);
});

test('a verdict that history has twice, or that only one side has, is named', () => {
  const twice = commands.map((one) => (one === first ? { ...one, applied: [...one.applied, ...one.applied] } : one));
  expectFaults(reportFaults([], twice, rows), /was applied 2 times/, /in its row and .* in history/);
  expect(reportFaults([], without(isVerdict), rows)).toHaveLength(6);
  expectFaults(reportFaults([], commands, changed({ status: 'pending' })), /\[\] in its row and \[ok .* in history/);
  expectFaults(reportFaults([], commands, changed({ digest: 'another' })), /\[ok another\] in its row/);
  expectFaults(reportFaults([], commands, changed({ completions: 2 })), /was completed 2 times/);
  expectFaults(reportFaults([], commands.slice(1), rows), /history does not know it/);
  const doubled = { ...rows, interactions: [...rows.interactions, rows.interactions[0]!] };
  expectFaults(reportFaults([], commands, doubled), /has 2 rows/);
});

test('answers that differ, two first answers, and refusals that name another result or keep nothing are named', () => {
  const next = { kind: 'done', status: 'complete' } as const;
  const other = { kind: 'done', status: 'failed' } as const;
  const differing = [ack({ next }), ack({ next: other, said: 'duplicate' })];
  expectFaults(reportFaults(differing, commands, rows), /different answers/);
  expectFaults(reportFaults([ack({ next }), ack({ next })], commands, rows), /2 first answers/);
  const wrong = { digest: second.applied[0]!.digest, at: undefined };
  const refused = ack({ said: 'conflict', digest: 'x', accepted: wrong });
  expectFaults(reportFaults([refused], commands, rows), /was shown/, /was not told when/, /is not kept/);
  const right = (at: string) => ack({ ...refused, via: 'update', accepted: { digest: first.applied[0]!.digest, at } });
  expect(reportFaults([right('2026-01-01T00:00:00Z')], commands, rows)).toEqual([]);
  const times = [right('2026-01-01T00:00:00Z'), right('2026-01-01T00:00:01Z')];
  expectFaults(reportFaults(times, commands, rows), /was accepted at .* and/);
});
