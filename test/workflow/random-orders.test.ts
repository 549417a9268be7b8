import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createSpecwrightClient, RefusedError, type Next, type SpecwrightClient } from '../../src/client.js';
import { loadConfig } from '../../src/config.js';
import { findTemporalCli } from '../../src/dev/temporal-cli.js';
import { startTemporalServer, type TemporalServer } from '../../src/dev/temporal-server.js';
import { awaitRest } from '../../src/contract/messages.js';
import { resultDigest } from '../../src/domain/digest.js';
import { assertExactlyOnce } from '../support/assert-exactly-once.js';
import { act, ContractModel, decisionOf, TRIES, type Act, type Expected } from '../support/contract-model.js';
import { tell } from '../support/failing-reports.js';
import { commandOf, eventually } from '../support/manual-client.js';
import type { Ack } from '../support/report-oracle.js';
import { createRig, testStack, type Rig } from '../support/rig.js';
import { sendReport } from '../support/send-report.js';
import { endWorkerProcesses, startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';
import { runsOf } from '../support/workflow-history.js';

/** So few that most sessions go on in new runs. */
const EVENTS_OF_A_RUN = 25;
const [BATCHES, ORDERS_EACH] = [10, 20];
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
/** Of a machine with other work: a few workers killed in a row make a task wait, and Temporal retries it more and more slowly. */
const PATIENCE_S = 120;

let rig: Rig;
let server: TemporalServer;
let client: SpecwrightClient;
let worker: Promise<WorkerProcess>;
let [kills, runs, acts] = [0, 0, 0];

beforeAll(async () => {
  const { PATH, HOME } = process.env;
  server = await startTemporalServer({
    program: await findTemporalCli(loadConfig({ PATH, HOME }), () => undefined),
    dataDir: await mkdtemp(join(testStack().dataDir, 'orders-')),
    inMemory: true,
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': EVENTS_OF_A_RUN },
  });
  rig = await createRig('random orders', { workers: [], temporalAddress: server.address });
  client = clientOf(PATIENCE_S);
  worker = startWorkerProcess(rig, ['session']);
  await worker;
}, 60_000);
afterAll(async () => {
  await endWorkerProcesses();
  await rig.end();
  await server.stop();
}, 120_000);

/** One worker serves all sessions: killed for one of them, it is killed for all. */
function killWorker(): Promise<unknown> {
  kills += 1;
  worker = worker.then(async (running) => {
    await running.kill();
    return startWorkerProcess(rig, ['session']);
  });
  return worker;
}

function clientOf(patienceS: number): SpecwrightClient {
  const { temporal, config } = rig;
  return createSpecwrightClient({ temporal, taskQueue: config.taskQueue, timeoutMs: patienceS * 1_000 });
}

/** A query that a worker took with it when it was killed is asked again. */
function asked<T>(ask: (client: SpecwrightClient) => Promise<T>): Promise<T> {
  const hasty = clientOf(3);
  return eventually<T>(() => ask(hasty), 'an answer of a worker', PATIENCE_S);
}

/** A session beside its model: does what an order says, and compares what it is told. */
class Play {
  private readonly model = new ContractModel();
  private readonly contents = new Map<string, string>();
  private readonly firstAt = new Map<string, string>();
  private readonly firstNext = new Map<string, Next>();
  readonly acks: Ack[] = [];

  constructor(readonly sessionId: string) {}

  async run(order: readonly Act[]): Promise<void> {
    await this.settle();
    for (const one of order) {
      acts += 1;
      await this.act(one);
      await this.settle();
    }
    if (this.model.status !== 'deciding' && !this.model.isClosed()) return;
    const { refused } = await asked((client) => client.sessionState(this.sessionId));
    expect(refused.count).toBe(this.model.refusedSignals);
  }

  private async act(one: Act): Promise<void> {
    switch (one.do) {
      case 'report':
        return this.report(one);
      case 'decide':
        return this.told(this.model.decide(one.action), client.decide(this.sessionId, decisionOf(one.action)));
      case 'mode':
        return this.told(this.model.setMode(one.mode), client.setExecutionMode(this.sessionId, one.mode));
      case 'cancel':
        return this.told(this.model.cancel(), client.cancel(this.sessionId, { userId: 'ops', reason: 'enough' }));
      case 'kill worker':
        await killWorker();
    }
  }

  private async told(expected: Expected, sent: Promise<unknown>): Promise<void> {
    const told = await sent.then(() => ({ kind: 'taken' }), refusalOf);
    expect(told).toEqual(expected);
  }

  private async report(one: Act & { do: 'report' }): Promise<void> {
    const report = this.model.reportOf(one);
    const { commandId } = report;
    const expected = this.model.report(report, one);
    this.contents.set(`${commandId} ${one.content}`, resultDigest(report.result));
    const sent = await sendReport({ via: one.via, client }, this.sessionId, report).catch(refusalOf);
    if ('kind' in sent) return expect(sent).toEqual(expected);
    // What comes next is compared here: in a new run it is another than the first answer.
    const { next: _next, ...ack } = sent;
    if (one.on !== 'unknown') this.acks.push(ack);
    const saidAs = {
      durable: 'taken',
      first: 'first',
      duplicate: 'duplicate',
      conflict: 'conflict',
      closed: 'refused',
    };
    expect(saidAs[sent.said]).toBe(expected.kind);
    if (expected.kind === 'duplicate') await this.expectAnswerOf(commandId, sent.next!);
    if (expected.kind === 'conflict') this.expectFirst(commandId, expected.accepted, sent.accepted!);
  }

  /** The first answer; or what is to be done now, where that was forgotten with the run, which may just begin. */
  private async expectAnswerOf(commandId: string, next: Next): Promise<void> {
    const now = await eventually(() => this.rest(), 'a session at rest', PATIENCE_S);
    const first = this.firstNext.get(commandId);
    expect([...[now, ...(first ? [first] : [])].map(outline), 'system']).toContain(outline(next));
  }

  private expectFirst(commandId: string, content: number, { digest, at }: NonNullable<Ack['accepted']>): void {
    expect(digest).toBe(this.contents.get(`${commandId} ${content}`));
    expect(at).toBe(this.firstAt.get(commandId) ?? at);
    this.firstAt.set(commandId, at!);
  }

  /** Not a query: that may show what is forgotten when the worker is killed before Temporal is told, or that a run begins. */
  private rest(): Promise<Next> {
    return rig.temporal.workflow.getHandle(this.sessionId).executeUpdate(awaitRest);
  }

  /** Waits until the session is where the model is, and lets the model see a new command. */
  private async settle(): Promise<void> {
    const { status, commands } = this.model;
    if (this.model.isClosed()) {
      await eventually(async () => (await client.describe(this.sessionId)).status === status, status, PATIENCE_S);
      return;
    }
    const newest = commands.at(-1);
    const isOffered = newest !== undefined && newest.accepted === null;
    const next = await eventually(
      async () => {
        const now = await this.rest();
        if (status === 'deciding') return now.kind === 'wait' && now.on === 'decision' && now;
        return now.kind === 'command' && (now.command.id === newest?.id) === isOffered && now;
      },
      `${status} after ${commands.length} commands`,
      PATIENCE_S,
    );
    if (newest && newest.accepted !== null && !this.firstNext.has(newest.id)) this.firstNext.set(newest.id, next);
    if (status === 'active' && !isOffered) this.model.offer(commandOf(next).id);
    const seq = next.kind === 'command' ? next.command.seq : next.kind === 'wait' ? next.cursor : null;
    expect(seq).toBe(commands.length);
  }
}

const outline = (next: Next) =>
  next.kind === 'command' ? next.command.id : next.kind === 'wait' ? next.on : next.status;

function refusalOf(error: unknown): Expected {
  if (error instanceof RefusedError) return { kind: 'refused', code: error.refusal.code };
  // Of `sendReport`, which knows the refusals that say something about another result.
  const code = /"code":"(\w+)"/.exec(String(error))?.[1];
  if (code === undefined) throw error;
  return { kind: 'refused', code };
}

async function playAll(orders: readonly (readonly Act[])[]): Promise<void> {
  const plays = await Promise.all(
    orders.map(async () => {
      const bounds = { initialize: TRIES };
      return new Play(
        await rig.start({ sessionType: 'componentCoding', component: 'Money', onExhausted: 'wait', bounds }),
      );
    }),
  );
  const ended = await Promise.allSettled(plays.map((play, index) => play.run(orders[index]!)));
  ended.forEach((end, index) => {
    if (end.status === 'rejected')
      throw new Error(`order ${index}: ${end.reason} ${JSON.stringify(orders[index])}`, { cause: end.reason });
  });
  await assertExactlyOnce(
    rig,
    plays.flatMap(({ acks }) => acks),
    plays.map(({ sessionId }) => sessionId),
  );
  for (const { sessionId } of plays) runs += await runsOf(rig, sessionId);
}

test(`200 random orders of reports, decisions, changes and killed workers are answered as the contract says`, async () => {
  const begun = performance.now();
  const orders = fc.array(act, { minLength: 6, maxLength: 11, size: 'max' });
  const batch = fc.array(orders, { minLength: ORDERS_EACH, maxLength: ORDERS_EACH });
  // On real servers: what failed is told as it was, and not made smaller.
  await fc.assert(fc.asyncProperty(batch, playAll), { seed: SEED, numRuns: BATCHES, endOnFailure: true });
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  tell(
    `${BATCHES * ORDERS_EACH} random orders of ${acts} acts in ${runs} runs with ${kills} killed workers, ` +
      `in ${seconds} s, seed ${SEED}`,
  );
  expect(runs).toBeGreaterThan(BATCHES * ORDERS_EACH);
}, 900_000);
