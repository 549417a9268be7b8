import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Report } from '../../../src/client.js';
import { resultDigest } from '../../../src/domain/digest.js';
import { startServeProcess, type ServeProcess } from '../../support/serve-process.js';
import { assertExactlyOnce } from '../../support/assert-exactly-once.js';
import { endCliProcesses } from '../../support/cli-worker.js';
import { failingReport, inParallel, startForReports, tell } from '../../support/failing-reports.js';
import { createHttpRig, send, type HttpRig } from '../../support/http-rig.js';
import { commandOf } from '../../support/manual-client.js';
import type { Ack } from '../../support/report-oracle.js';
import { sendReport, type Door } from '../../support/send-report.js';

const [SESSIONS, PAIRS_EACH, AT_ONCE] = [25, 20, 8];

let rig: HttpRig;
let apis: readonly ServeProcess[];
let doors: readonly (Door & { via: 'http' })[];
beforeAll(async () => {
  rig = await createHttpRig('racing pairs', { workers: ['session'] });
  apis = await Promise.all([startServeProcess(rig), startServeProcess(rig)]);
  const keys = await Promise.all(apis.map(() => rig.keyOf('developer')));
  doors = apis.map(({ url }, index) => ({ via: 'http', url, key: keys[index]!.key }));
});
afterAll(async () => {
  await endCliProcesses();
  // Every execution is replayed.
  await rig.end();
}, 240_000);

interface Race {
  readonly winner: Report;
  readonly loser: Report;
  readonly wonBy: number;
  readonly acks: readonly Ack[];
}

/** Two different results for one command at the same time, each through an API process of its own. */
async function race(sessionId: string, commandId: string, round: number): Promise<Race> {
  const reports = ['a', 'b'].map((side) => failingReport(commandId, `${side}${round}`));
  const order = round % 2 === 0 ? [0, 1] : [1, 0];
  const sent = await Promise.all(order.map((side) => sendReport(doors[side]!, sessionId, reports[side]!)));
  const wonBy = order[sent.findIndex(({ said }) => said === 'first')]!;
  expect(sent.map(({ said }) => said).sort()).toEqual(['conflict', 'first']);
  const again = await sendReport(doors[wonBy]!, sessionId, reports[1 - wonBy]!);
  expect(again).toMatchObject({ said: 'conflict', accepted: { digest: resultDigest(reports[wonBy]!.result) } });
  return { winner: reports[wonBy]!, loser: reports[1 - wonBy]!, wonBy, acks: [...sent, again] };
}

async function raceOn(first: { sessionId: string; commandId: string }) {
  const races: Race[] = [];
  let { commandId } = first;
  for (let round = 0; round < PAIRS_EACH; round += 1) {
    const done = await race(first.sessionId, commandId, round);
    races.push(done);
    commandId = commandOf(done.acks.find(({ said }) => said === 'first')!.next!).id;
  }
  return { sessionId: first.sessionId, races };
}

/** What the API shows to people afterwards: the winners with their commands, the losers as refused. */
async function expectBothReadable(sessionId: string, races: readonly Race[]): Promise<void> {
  const read = async (what: string) => {
    const { url, key } = doors[0]!;
    return (await send(`${url}/v1/sessions/${sessionId}/${what}`, 'GET', { key })).body['items'] as readonly Kept[];
  };
  const pick = (items: readonly Kept[]) => items.map(({ commandId, result }) => ({ commandId, result }));
  const interactions = (await read('interactions')).filter(({ status }) => status !== 'pending');
  expect(pick(interactions)).toEqual(races.map(({ winner }) => winner));
  expect(sorted(pick(await read('rejected')))).toEqual(sorted(races.map(({ loser }) => loser)));
}

type Kept = Report & { readonly status?: string };
const sorted = (reports: readonly Report[]) => [...reports].sort((a, b) => a.commandId.localeCompare(b.commandId));

test('500 pairs of different results through two API processes: one of each wins, the other learns of it, both are kept', async () => {
  const begun = performance.now();
  const sessions = await inParallel([...Array(SESSIONS).keys()], AT_ONCE, () => startForReports(rig));
  const raced = await inParallel(sessions, AT_ONCE, raceOn);
  const races = raced.flatMap((one) => one.races);
  const seconds = (performance.now() - begun) / 1000;
  const wonByFirst = races.filter(({ wonBy }) => wonBy === 0).length;
  tell(`${races.length} racing pairs in ${seconds.toFixed(1)} s; the first API process won ${wonByFirst}`);
  expect(races).toHaveLength(500);
  for (const { sessionId, races: mine } of raced) {
    await assertExactlyOnce(
      rig,
      mine.flatMap(({ acks }) => acks),
      [sessionId],
    );
    await expectBothReadable(sessionId, mine);
  }
}, 240_000);
