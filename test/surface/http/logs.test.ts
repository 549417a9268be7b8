import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Report } from '../../../src/client.js';
import { testStack } from '../../support/rig.js';
import { holdRow } from '../../support/hold-rows.js';
import { createHttpRig, send, type HttpRig } from '../../support/http-rig.js';
import { eventually } from '../../support/manual-client.js';
import { endWorkerProcesses, startWorkerProcess, type WorkerProcess } from '../../support/worker-process.js';

const CANARY = 'canary4711';
/** An agent that talks, works on nothing and fails. */
const TALKING = `for (const out of [process.stdout, process.stderr]) out.write('${CANARY} says the agent\\n'); process.exit(3)`;

let rig: HttpRig;
let worker: WorkerProcess;
let api: string;

beforeAll(async () => {
  const text = `${CANARY} in the project`;
  rig = await createHttpRig('logs', {
    workers: [],
    model: (model) => ({
      ...model,
      stories: model.stories.map((story) => ({ ...story, text })),
      rules: model.rules.map((rule) => ({ ...rule, text })),
    }),
  });
  const agent = { kind: 'command', argv: [process.execPath, '-e', TALKING] } as const;
  worker = await startWorkerProcess(rig, ['session', 'executor'], { config: { agent, logLevel: 'trace' } });
  api = (await rig.serve({ log: { level: 'trace', write: (line) => void rig.lines.push(line) } })).url;
}, 120_000);
afterAll(async () => {
  await endWorkerProcesses();
  await rig.end();
});

const call = (
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  key = rig.developer,
) => send(`${api}${path}`, method, { key, headers, ...(body === undefined ? {} : { body }) });

const START = { sessionType: 'componentCoding', context: 'Billing', component: 'Money' };
const start = async (more: object, headers: Record<string, string> = {}): Promise<string> => {
  const { body } = await call('POST', '/v1/sessions', { ...START, executorQueue: null, ...more }, headers);
  return body['sessionId'] as string;
};
const commandOfSession = (sessionId: string) =>
  eventually(async () => {
    const next = await rig.client.nextCommand(sessionId);
    return next.kind === 'command' && next.command;
  }, 'a command');

const reportOn = (commandId: string): Report => ({
  commandId,
  result: {
    status: 'error',
    failure: { kind: 'command_failed', message: `${CANARY} message`, detail: `${CANARY} detail`, file: `${CANARY}.js` },
    data: { [CANARY]: `${CANARY} data` },
    evidence: { files: [{ path: `src/${CANARY}.js`, sha256: 'a'.repeat(64), bytes: 1 }], git: { branch: CANARY } },
    outputs: [{ name: CANARY, text: `${CANARY} output` }],
  },
});

interface Line {
  readonly [field: string]: unknown;
}
const linesOf = (log: readonly string[]): readonly Line[] => log.map((line) => JSON.parse(line) as Line);

test('no text of anybody is in any line of worker, executor and API over whole sessions with refusals and failures', async () => {
  // Agentic: the agent fails with its words until the bound is spent, and the session with it.
  const failing = { mode: 'agentic', executorQueue: rig.executorQueue, bounds: { agent: 1 }, onExhausted: 'fail' };
  const failed = await start(failing);
  await rig.client.result(failed).catch(() => undefined);
  // By hand: texts in every field that has some, accepted, refused, late, and written while Postgres is slow.
  const sessionId = await start({ onExhausted: 'wait', bounds: { initialize: 1 } }, { 'idempotency-key': CANARY });
  const { id: commandId } = await commandOfSession(sessionId);
  const path = `/v1/sessions/${sessionId}`;
  await call('POST', `${path}/lease`, { commandId, owner: `${CANARY} owner`, ttlMs: 60_000 });
  await call('POST', `${path}/lease`, { commandId, owner: `${CANARY} other`, ttlMs: 60_000 });
  await holdRow(rig, sessionId, async () => {
    const asked = await call('POST', `${path}/lease`, { commandId, owner: `${CANARY} owner`, ttlMs: 60_000 });
    expect(asked.status).toBe(503);
    await rig.client.reportResult(sessionId, { ...reportOn(commandId), lease: 1 });
    await eventually(
      async () =>
        linesOf(worker.log()).some((line) => line['message'] === 'Activity failed' && line['sessionId'] === sessionId),
      'a failed try',
      40,
    );
  });
  await eventually(
    async () => (await rig.reader.get(rig.scope, sessionId))?.waitingOn === 'decision',
    'a decision',
    40,
  );
  await call('POST', `${path}/results`, { ...reportOn(commandId), result: { status: 'ok', data: { x: CANARY } } });
  await call('POST', `${path}/results`, reportOn(randomUUID()));
  await call('POST', `${path}/results`, { ...reportOn(commandId), [CANARY]: CANARY });
  await rig.client.reportResult(sessionId, { [CANARY]: CANARY } as never);
  await call('POST', `${path}/decision`, { action: CANARY, reason: CANARY });
  await call('POST', `${path}/decision`, { action: 'retry', reason: `${CANARY} reason` });
  await commandOfSession(sessionId);
  await call('POST', `${path}/uploads`, { name: CANARY, commandId, sha256: 'b'.repeat(64), bytes: 3 });
  await call('POST', `${path}/cancel`, { reason: `${CANARY} cancel` });
  await rig.client.result(sessionId).catch(() => undefined);
  await call('POST', `${path}/results`, { commandId, result: { status: 'ok', data: { [CANARY]: CANARY } } });
  // And what is no request at all.
  await call('POST', '/v1/keys', { name: `${CANARY} key`, role: 'viewer' }, {}, rig.admin);
  await call('GET', `/v1/sessions?context=${CANARY}&cursor=${CANARY}`);
  await call('GET', `/v1/${CANARY}/x`);
  await call('GET', '/v1/me', undefined, { cookie: CANARY, 'user-agent': CANARY }, `sw_${CANARY}`);
  await call('POST', '/v1/sessions', `{"${CANARY}": `);
  await call('POST', '/v1/sessions', new TextEncoder().encode(CANARY), { 'content-type': `text/${CANARY}` });
  await rig.temporal.workflow.start('componentCoding', {
    ...{ taskQueue: rig.config.taskQueue, workflowId: randomUUID(), args: [{ [CANARY]: CANARY }] },
  });
  await eventually(
    async () => linesOf(worker.log()).filter(({ message }) => message === 'Workflow failed').length >= 2,
    'both failed workflows',
  );

  const logs = { worker: worker.log(), api: rig.lines };
  const secrets = [CANARY, rig.developer, rig.admin, new URL(testStack().database.rwUrl).password];
  for (const [of, log] of Object.entries(logs)) {
    const found = log.filter((line) => secrets.some((secret) => line.includes(secret)));
    expect([of, found]).toEqual([of, []]);
    for (const line of linesOf(log)) {
      expect(line).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
        level: expect.stringMatching(/^(trace|debug|info|warn|error)$/) as unknown,
        message: expect.any(String) as unknown,
      });
    }
  }
  const { accountId, projectId } = rig.scope;
  const ids = { accountId, projectId, sessionId, commandId };
  expect(linesOf(rig.lines)).toContainEqual(
    expect.objectContaining({ ...ids, requestId: expect.any(String) as unknown, status: 409, code: 'session_closed' }),
  );
  expect(linesOf(rig.lines)).toContainEqual(
    expect.objectContaining({ level: 'error', message: 'request failed', error: expect.anything() as unknown }),
  );
  const started = { route: '/v1/sessions', status: 201, sessionId: failed };
  expect(linesOf(rig.lines)).toContainEqual(expect.objectContaining(started));
  expect(linesOf(worker.log())).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        ...ids,
        activity: 'validateResult.Initialize',
        step: 'Initialize',
        level: 'info',
        failureKind: 'command_failed',
      }),
      expect.objectContaining({ ...ids, message: 'Activity failed', level: 'warn' }),
      expect.objectContaining({ sessionId: failed, activity: 'runCommand', failureKind: 'agent_failed' }),
    ]),
  );
}, 180_000);
