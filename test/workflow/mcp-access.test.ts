import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, expect, jest, test } from '@jest/globals';
import { ROLES } from '../../src/domain/access.js';
import { ManualClient, eventually } from '../support/manual-client.js';
import { createHttpRig } from '../support/http-rig.js';
import { McpPerson } from '../support/mcp-client.js';
import { endMcp, makeRig, person, serve, start } from '../support/mcp-stage.js';
import { testStack } from '../support/rig.js';

jest.setTimeout(120_000);
afterEach(endMcp);

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

test('what a key may do is what its role may do, tools say what they are, and browsers of others are kept out', async () => {
  const rig = await makeRig('mcp roles');
  const url = await serve(rig, Object.fromEntries(ROLES.map((role) => [role, [rig, role] as const])));
  const sessionId = await start(rig);
  const viewer = await person(url('viewer'));
  const names = async (one: McpPerson) => (await one.client.listTools()).tools.map(({ name }) => name);
  expect(await names(viewer)).toEqual(['list_sessions', 'next_command', 'ask']);
  for (const name of ['take_command', 'report_result', 'decide']) {
    expect((await viewer.call(name, { sessionId })).value).toMatchObject({ error: { code: 'forbidden' } });
  }
  const { tools } = await (await person(url('developer'))).client.listTools();
  const hints = Object.fromEntries(
    tools.map(({ name, annotations }) => [
      name,
      [annotations?.readOnlyHint, annotations?.destructiveHint, annotations?.idempotentHint],
    ]),
  );
  expect(hints).toEqual({
    list_sessions: [true, false, true],
    next_command: [true, false, true],
    ask: [true, false, true],
    take_command: [false, false, true],
    report_result: [false, false, true],
    decide: [false, true, false],
  });
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const send = (method: string, origin?: string) =>
    fetch(url('viewer'), {
      method,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(origin === undefined ? {} : { origin }),
      },
      ...(method === 'POST' ? { body } : {}),
    });
  expect((await send('POST', 'https://evil.example')).status).toBe(403);
  expect((await send('POST', 'null')).status).toBe(403);
  expect((await send('POST', 'https://app.example.org')).status).toBe(200);
  expect((await send('POST')).status).toBe(200);
  expect((await send('GET')).status).toBe(405);
  expect((await send('DELETE')).status).toBe(405);
  expect(
    (
      await fetch(url('viewer'), {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: `"${'x'.repeat(1_100_000)}"`,
      })
    ).status,
  ).toBe(413);
});

test('specwright mcp serves the stack over standard input and output', async () => {
  const rig = await makeRig('mcp stdio');
  const sessionId = await start(rig);
  const dataDir = mkdtempSync(join(rig.config.dataDir, 'mcp-'));
  writeFileSync(join(dataDir, 'scope.json'), JSON.stringify(rig.scope));
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [CLI, 'mcp'],
    cwd: dataDir,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      TEMPORAL_ADDRESS: rig.address,
      DATABASE_RW_URL: testStack().database.rwUrl,
      DATABASE_RO_URL: testStack().database.roUrl,
      SPECWRIGHT_TASK_QUEUE: rig.config.taskQueue,
      SPECWRIGHT_DATA_DIR: dataDir,
    },
  });
  const anna = await new McpPerson().connect(transport);
  const hands = new ManualClient(rig.example, rig.config.dataDir);
  for (let turn = 0; turn < 4; turn += 1) await anna.turn(sessionId, (command) => hands.carryOut(command));
  expect((await anna.call('next_command', { sessionId })).value).toMatchObject({ kind: 'done', status: 'complete' });
  const { pid } = transport;
  await anna.client.close();
  await eventually(async () => {
    try {
      return !process.kill(pid!, 0);
    } catch {
      return true;
    }
  }, 'the end of the process');
});

test('beside the HTTP API it is reached with its keys, for what their project and role are, until they are revoked', async () => {
  const rig = await createHttpRig('mcp mounted', { workers: ['session'] });
  try {
    const [mine, stranger] = [await start(rig), await rig.keyOf('developer', await rig.otherScope())];
    const url = new URL('/mcp', rig.url);
    const people = await Promise.all([rig.developer, rig.viewer, stranger.key].map((key) => McpPerson.over(url, key)));
    const [developer, viewer, other] = people as [McpPerson, McpPerson, McpPerson];
    expect((await developer.call('take_command', { sessionId: mine })).value).toMatchObject({ lease: { number: 1 } });
    expect((await viewer.call('take_command', { sessionId: mine })).value).toMatchObject({
      error: { code: 'forbidden' },
    });
    expect((await other.call('list_sessions')).value).toEqual({ items: [], cursor: null });
    expect((await other.call('take_command', { sessionId: mine })).value).toMatchObject({
      error: { code: 'session_not_found' },
    });
    expect(await rig.call('POST', '/mcp', { key: null, body: {} })).toMatchObject({ status: 401 });
    expect(await rig.call('POST', '/mcp', { body: {}, headers: { origin: 'https://evil.example' } })).toMatchObject({
      status: 403,
    });
    expect(await rig.call('GET', '/mcp')).toMatchObject({ status: 405 });
    const brief = await rig.keyOf('developer');
    const ping = () => rig.call('POST', '/mcp', { key: brief.key, body: {} }).then(({ status }) => status);
    expect(await ping()).not.toBe(401);
    expect(await rig.call('DELETE', `/v1/keys/${brief.keyId}`, { key: rig.admin })).toMatchObject({ status: 204 });
    await eventually(async () => (await ping()) === 401, 'the end of the key', 5);
    await Promise.all(people.map(({ client }) => client.close()));
  } finally {
    await rig.end();
  }
});
