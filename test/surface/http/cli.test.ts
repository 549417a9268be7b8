import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Check, Stuck } from '../../../src/api/doctor.js';
import { endCliProcesses, makeCheckout, runCliProcess } from '../../support/cli-worker.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { commandOf, eventually, ManualClient } from '../../support/manual-client.js';

jest.setTimeout(180_000);

let rig: HttpRig;
beforeEach(async () => {
  rig = await createHttpRig('cli over http', { workers: ['session'] });
});
afterEach(async () => {
  await endCliProcesses();
  await rig.end();
});

/** As on a machine that knows the address and a key, and nothing of Temporal or Postgres. */
async function far(args: readonly string[], env: Record<string, string> = {}) {
  const nothing = { TEMPORAL_ADDRESS: '', DATABASE_RW_URL: '', DATABASE_RO_URL: '' };
  const there = { SPECWRIGHT_URL: rig.url, SPECWRIGHT_API_KEY: rig.developer };
  const { code, stdout, stderr } = await runCliProcess(rig, args, { ...nothing, ...there, ...env }).ended;
  return {
    code,
    json: stdout.startsWith('{') ? (JSON.parse(stdout) as Record<string, unknown>) : null,
    stdout,
    stderr,
  };
}

const MONEY = ['start', 'componentCoding', 'Billing', '--component', 'Money', '--json'];
const startMoney = async () => (await far(MONEY)).json!['sessionId'] as string;

test('a session is started, reported on, shown, decided about, cancelled and exported with an address and a key alone', async () => {
  const id = await startMoney();
  const command = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'a command');
  expect((await far(['next', id, '--json'])).json).toEqual({ kind: 'command', command });
  const file = join(rig.config.dataDir, 'report.json');
  const report = new ManualClient(rig.example, rig.config.dataDir).carryOut(command);
  writeFileSync(file, JSON.stringify(report));
  expect((await far(['report', id, '--file', file, '--json'])).json).toMatchObject({
    accepted: true,
    duplicate: false,
  });
  expect((await far(['report', id, '--file', file, '--json'])).json).toMatchObject({ duplicate: true });
  const other = { commandId: command.id, result: { status: 'error', failure: { kind: 'agent_failed', message: 'x' } } };
  writeFileSync(file, JSON.stringify(other));
  const conflict = await far(['report', id, '--file', file, '--json']);
  expect(conflict).toMatchObject({ code: 3, json: { error: { code: 'result_conflict', digest: expect.any(String) } } });
  expect((await far(['show', id, '--json'])).json).toEqual(await rig.reader.get(rig.scope, id));
  expect((await far(['list', '--json'])).json).toMatchObject({ items: [{ sessionId: id }], cursor: null });
  const early = await far(['decide', id, 'extend', '--by', 'rounds=1', '-r', 'why not', '--json']);
  expect(early).toMatchObject({ code: 3, json: { error: { code: 'nothing_to_decide' } } });
  expect(await far(['cancel', id, '-r', 'seen', '--json'])).toMatchObject({ code: 0, json: { requested: true } });
  expect((await far(['watch', id])).stdout).toContain('cancelled');
  const bundle = join(rig.config.dataDir, 'bundle.json');
  expect((await far(['export', id, '-o', bundle])).code).toBe(0);
  expect((await far(['verify-export', bundle])).code).toBe(0);
  expect(readFileSync(bundle, 'utf8')).toContain(command.id);
});

test('work carries a session out in a checkout, with leases, over HTTP', async () => {
  const id = await startMoney();
  const end = await far(['work', id, '--dir', makeCheckout(rig, 'anna'), '--json']);
  expect([end.code, end.json]).toMatchObject([0, { status: 'complete' }]);
  expect((end.json!['done'] as { step: string; outcome: string }[]).map(({ step }) => step)).toEqual([
    'Initialize',
    'GenerateImplementation',
    'RunTests',
    'Finalize',
  ]);
  const events = await rig.reader.events(rig.scope, id, 0, 1_000);
  expect(events.filter(({ type }) => type === 'lease_taken')).toHaveLength(4);
});

test('keys and the model; what a key may not do, or nobody answers, is one clear line', async () => {
  const admin = { SPECWRIGHT_API_KEY: rig.admin };
  const made = await far(['keys', 'create', '--name', 'ci', '--role', 'viewer', '--json'], admin);
  const viewer = { SPECWRIGHT_API_KEY: made.json!['key'] as string };
  expect(await far(MONEY, viewer)).toMatchObject({ code: 3, json: { error: { code: 'forbidden' } } });
  expect((await far(['keys', 'revoke', made.json!['keyId'] as string], admin)).code).toBe(0);
  expect(await far(['list', '--json'], viewer)).toMatchObject({ code: 3, json: { error: { code: 'unauthorized' } } });
  const model = join(rig.config.dataDir, 'specwright.yaml');
  const { status, text } = await rig.call('GET', '/v1/project');
  writeFileSync(model, text);
  expect([status, (await far(['project', 'apply', '-f', model, '--dry-run', '--json'])).json]).toMatchObject([
    200,
    { created: [], changed: [], dryRun: true },
  ]);
  expect(await far(['mirror', 'verify'])).toMatchObject({ code: 2, stderr: expect.stringContaining('SPECWRIGHT_URL') });
  const keyless = await far(['list'], { SPECWRIGHT_API_KEY: '' });
  expect(keyless).toMatchObject({ code: 2, stderr: expect.stringContaining('SPECWRIGHT_API_KEY is not set') });
});

test('doctor sees the stack behind the address, and which sessions are stuck, with the cause and the next action', async () => {
  const well = await startMoney();
  const coding = { sessionType: 'componentCoding', component: 'Money' } as const;
  const queue = `${rig.executorQueue}-gone`;
  const executorless = await rig.start({ ...coding, mode: 'agentic', executorQueue: queue });
  const undecided = await rig.start({ ...coding, onExhausted: 'wait', bounds: { initialize: 1 } });
  const { id: commandId } = await eventually(
    async () => commandOf(await rig.client.nextCommand(undecided)),
    'a command',
  );
  const failure = { kind: 'blocked', message: 'no way' } as const;
  await rig.client.submitResult(undecided, { commandId, result: { status: 'error', failure } });
  const causes = [
    [executorless, 'no_executor'],
    [undecided, 'decision_needed'],
  ];
  const seen = await eventually(async () => {
    const { code, json } = await far(['doctor', '--json']);
    expect([code, json!['ok']]).toEqual([1, false]);
    const found = json as { stuck: Stuck[]; checks: Check[] };
    return found.stuck.length === 2 && found.checks.every(({ name, ok }) => ok || name === 'executor') && found;
  }, 'two sessions that are stuck');
  expect(seen.stuck.map(({ sessionId, cause }) => [sessionId, cause]).sort()).toEqual(causes.sort());
  expect(seen.stuck.find(({ sessionId }) => sessionId === executorless)!.next).toContain(queue);
  expect(seen.checks.map(({ name }) => name)).toEqual(['api', 'key', ...BESIDE_THE_STACK]);
  expect(JSON.stringify(seen)).not.toContain(well);
  const nobody = await far(['doctor', '--json'], { SPECWRIGHT_URL: 'http://127.0.0.1:1' });
  expect(nobody).toMatchObject({ code: 1, json: { ok: false, stuck: null, checks: [{ name: 'api', ok: false }] } });
  const keyless = await far(['doctor', '--json'], { SPECWRIGHT_API_KEY: `${rig.developer.slice(0, -6)}abcdef` });
  expect(keyless.json).toMatchObject({ stuck: null, checks: [{ ok: true }, { name: 'key', ok: false }] });
});

const BESIDE_THE_STACK = [
  'specwright',
  'temporal',
  'search attributes',
  'session worker',
  'executor',
  'postgres',
  'schema',
];
