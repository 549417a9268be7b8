import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { assertExactlyOnce } from '../../support/assert-exactly-once.js';
import { failingReport, inParallel, startForReports, tell } from '../../support/failing-reports.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { commandOf } from '../../support/manual-client.js';
import type { Ack } from '../../support/report-oracle.js';
import { sendReport, type Door } from '../../support/send-report.js';

const [SESSIONS, REPORTS_EACH, AT_ONCE] = [40, 25, 10];

let rig: HttpRig;
let doors: readonly Door[];
beforeAll(async () => {
  rig = await createHttpRig('triple sent', { workers: ['session'] });
  const { client, url, developer: key } = rig;
  doors = [
    { via: 'signal', client },
    { via: 'update', client },
    { via: 'http', url, key },
  ];
});
// Every execution is replayed.
afterAll(() => rig.end(), 240_000);

/** Each report three times at once, by every way; the order in which they are sent goes round. */
async function reportThrice(first: {
  readonly sessionId: string;
  readonly commandId: string;
}): Promise<readonly Ack[]> {
  const acks: Ack[] = [];
  let { commandId } = first;
  for (let round = 0; round < REPORTS_EACH; round += 1) {
    const report = failingReport(commandId, `try ${round}`);
    const order = doors.map((_, index) => doors[(index + round) % doors.length]!);
    const sent = await Promise.all(order.map((door) => sendReport(door, first.sessionId, report)));
    acks.push(...sent);
    commandId = commandOf(sent.find(({ via }) => via === 'update')!.next!).id;
  }
  return acks;
}

test('1,000 reports, each sent by signal, update and HTTP at once: each is applied once, and all get one answer', async () => {
  const begun = performance.now();
  const sessions = await inParallel([...Array(SESSIONS).keys()], AT_ONCE, () => startForReports(rig));
  const acks = (await inParallel(sessions, AT_ONCE, reportThrice)).flat();
  const seconds = (performance.now() - begun) / 1000;
  const first = (via: Ack['via']) => acks.filter((ack) => ack.via === via && ack.said === 'first').length;
  const byUpdates = first('update') + first('http');
  tell(
    `${acks.length / 3} reports sent three times in ${seconds.toFixed(1)} s: ` +
      `${first('update')} first by update, ${first('http')} by HTTP, ${1_000 - byUpdates} by signal`,
  );
  expect(acks).toHaveLength(3_000);
  expect(new Set(acks.map(({ said }) => said))).toEqual(new Set(['first', 'duplicate', 'durable']));
  await assertExactlyOnce(
    rig,
    acks,
    sessions.map(({ sessionId }) => sessionId),
  );
  for (const { sessionId } of sessions) {
    const { interactions } = (await rig.reader.get(rig.scope, sessionId))!;
    expect(interactions.filter(({ status }) => status === 'error')).toHaveLength(REPORTS_EACH);
  }
}, 240_000);
