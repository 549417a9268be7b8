import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Report } from '../../src/client.js';
import { assertExactlyOnce } from '../support/assert-exactly-once.js';
import { reportFromProcess } from '../support/client-process.js';
import { expectConsistent, turnsOf } from '../support/consistency.js';
import { createCrashStage, type CrashStage, type Killed } from '../support/crash-stage.js';
import { failingReport, startForReports, tell } from '../support/failing-reports.js';
import { commandOf, eventually } from '../support/manual-client.js';
import type { Ack } from '../support/report-oracle.js';
import { sendReport } from '../support/send-report.js';

let stage: CrashStage;
const begun = performance.now();
beforeAll(async () => {
  stage = await createCrashStage('crash reports');
}, 120_000);
afterEach(() => open());
afterAll(async () => {
  tell(`killed at every point between two effects in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  await stage.end();
}, 60_000);

/** More than a connection says of itself: a report is on its way. */
const REPORT_BYTES = 400;

/** Between which two effects the report stands still, from its sender to the answer. */
const POINTS = {
  'before it is in history': {
    close: async () => stage.reporters.hold('up'),
    reached: () => eventually(async () => stage.reporters.heldBytes() > REPORT_BYTES, 'a report on its way'),
  },
  'in history, not validated': {
    close: (ids: readonly string[]) => stage.gates.close('verdict', ids),
    reached: (ids: readonly string[]) => stage.gates.reached('verdict', ids),
  },
  'validated, no command written': {
    close: (ids: readonly string[]) => stage.gates.close('command', ids),
    reached: (ids: readonly string[]) => stage.gates.reached('command', ids),
  },
  'command written, Temporal not told': {
    close: async () => stage.workers.hold('up'),
    reached: (ids: readonly string[]) => untilAll(ids, (id) => stage.rig.reader.get(stage.rig.scope, id)),
  },
  'Temporal told, no answer': {
    close: async () => stage.reporters.hold('down'),
    reached: (ids: readonly string[]) => untilAll(ids, (id) => stage.rig.client.sessionState(id)),
  },
};
type Point = keyof typeof POINTS;

async function untilAll(ids: readonly string[], look: (id: string) => Promise<{ seq: number } | null>): Promise<void> {
  for (const id of ids) await eventually(async () => (await look(id))?.seq === 2, `the second turn of ${id}`);
}

async function open(): Promise<void> {
  stage.reporters.release();
  stage.workers.release();
  await stage.gates.open();
}

/** A session whose first command is about to be reported on by HTTP, and one by signal. */
async function twoReports(): Promise<readonly [Sent, Sent]> {
  const [byHttp, bySignal] = [await startForReports(stage.rig), await startForReports(stage.rig)];
  const sent = ({ sessionId, commandId }: { sessionId: string; commandId: string }): Sent => ({
    sessionId,
    report: failingReport(commandId, 'first'),
  });
  return [sent(byHttp), sent(bySignal)];
}

interface Sent {
  readonly sessionId: string;
  readonly report: Report;
}

const byHttp = ({ sessionId, report }: Sent) =>
  sendReport({ via: 'http', url: stage.apiUrl(), key: stage.rig.developer }, sessionId, report);
const bySignal = ({ sessionId, report }: Sent) =>
  sendReport({ via: 'signal', client: stage.client }, sessionId, report);

/** After a server was killed whoever reports has to be connected again, or nothing would stand at the point. */
const isReady = async () => {
  const { ok } = await fetch(`${stage.apiUrl()}/readyz`);
  return ok && stage.client.isReachable(1_000);
};

/** Sends it until there is an answer, and another result for the command after it; what was acknowledged on the way counts. */
async function reportAgain(sent: Sent, acks: Ack[]): Promise<void> {
  const answer = await eventually(
    async () => {
      const ack = await byHttp(sent);
      acks.push(ack);
      return ack.next;
    },
    'an answer',
    60,
  );
  expect(commandOf(answer).seq).toBe(2);
  const other = { ...sent, report: failingReport(sent.report.commandId, 'other') };
  const refused = await byHttp(other);
  expect(refused.said).toBe('conflict');
  acks.push(refused);
}

const ALL: readonly Killed[] = ['api', 'worker', 'temporal', 'postgres'];
const CELLS = (Object.keys(POINTS) as Point[]).flatMap((point) =>
  (['client', ...ALL] as const).map((who) => [point, who] as const),
);

test.each(CELLS)(
  '%s: when %s is killed, what was acknowledged counts once, and the same report gets its answer',
  async (name, who) => {
    const sent = await twoReports();
    await eventually(isReady, 'connections of those who report', 30);
    const ids = sent.map(({ sessionId }) => sessionId);
    const acks: Ack[] = [];
    const send = (report: Promise<Ack>) =>
      report.then(
        (ack) => void acks.push(ack),
        () => undefined,
      );
    const point = POINTS[name];
    await point.close(ids);
    const [first, second] = sent;
    const sending = [send(bySignal(second))];
    const { developer } = stage.rig;
    let killClient: (() => Promise<void>) | null = null;
    if (who === 'client') killClient = reportFromProcess(stage.apiUrl(), developer, first.sessionId, first.report);
    else sending.push(send(byHttp(first)));
    await point.reached(ids);
    await (killClient ? killClient() : stage.kill(who as Killed));
    await open();
    if (who !== 'client') await stage.restart(who);
    await Promise.all(sending);
    for (const one of sent) await reportAgain(one, acks);
    await assertExactlyOnce(stage.rig, acks, ids);
  },
  120_000,
);

test('command written, Temporal not told: a signal about that very command counts, though the worker is killed', async () => {
  const { rig, workers } = stage;
  const [first] = await twoReports();
  await eventually(isReady, 'connections of those who report', 30);
  const { sessionId } = first;
  workers.hold('up');
  const acks = [await bySignal(first)];
  await POINTS['command written, Temporal not told'].reached([sessionId]);
  const row = (await rig.reader.get(rig.scope, sessionId))!.interactions.at(-1)!;
  acks.push(await bySignal({ sessionId, report: failingReport(row.commandId, 'early') }));
  await stage.kill('worker');
  await open();
  await stage.restart('worker');
  // Its row may be there before the task that wrote it is in history.
  await eventually(async () => (await rig.client.sessionState(sessionId)).seq === 3, 'the third turn', 30);
  await assertExactlyOnce(rig, acks, [sessionId]);
  expect((await rig.client.sessionState(sessionId)).refused.count).toBe(0);
}, 60_000);

// Before its result is in history, an executor is killed in `kill-executor`.
test('an executor is killed with its result in history, not validated: the result counts, once', async () => {
  const { rig, gates } = stage;
  const sessionId = randomUUID();
  await gates.close('verdict', [sessionId]);
  const { executorQueue } = rig;
  const input = rig.input({ sessionType: 'componentCoding', component: 'Money', mode: 'auto', executorQueue });
  await rig.client.startSession(sessionId, input);
  await gates.reached('verdict', [sessionId]);
  await stage.kill('executor');
  await open();
  const command = await eventually(async () => commandOf(await rig.client.nextCommand(sessionId)), 'a command', 30);
  expect(command.step).toBe('GenerateImplementation');
  await stage.restart('executor');
  expect(await turnsOf(rig, sessionId)).toEqual(['Initialize ok', 'GenerateImplementation pending']);
  await expectConsistent(rig, sessionId);
}, 60_000);
