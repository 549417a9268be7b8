import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { StartInput } from '../../src/client.js';
import type { Scope } from '../../src/domain/scope.js';
import { runCliHere } from '../support/cli-here.js';
import { endCliProcesses, makeCheckout, runCliProcess, type CliEnd } from '../support/cli-worker.js';
import { createHttpRig, type HttpRig } from '../support/http-rig.js';
import { commandOf, eventually } from '../support/manual-client.js';
import { McpPerson } from '../support/mcp-client.js';
import { knownIds } from '../support/operations.js';
import type { Schema } from '../support/openapi-document.js';
import { sample } from '../support/sample.js';
import { canariesIn, idsOf, type Ids, makeTenant, type Tenant } from '../support/tenants.js';

jest.setTimeout(120_000);

let rig: HttpRig;
let victim: Tenant;
/** Another account with the victim's ids of project and user, and another project of the victim's account. */
let strangers: readonly Tenant[];

beforeAll(async () => {
  rig = await createHttpRig('isolation elsewhere', { workers: ['session'] });
  const scope: Scope = { accountId: randomUUID(), projectId: randomUUID(), userId: randomUUID() };
  const scopes = [scope, { ...scope, accountId: randomUUID() }, { ...scope, projectId: randomUUID() }];
  const tokens = ['CanaryVictim4Hp', 'CanaryAccount8Ry', 'CanaryProject2Vb'];
  const tenants = await Promise.all(scopes.map((one, at) => makeTenant(rig, one, tokens[at]!)));
  [victim, ...strangers] = tenants as [Tenant, ...Tenant[]];
});
afterAll(async () => {
  await endCliProcesses();
  await rig.end();
});

function expectNothing(text: string, stranger: Tenant, sent: readonly string[], where: unknown): void {
  const ids = idsOf(victim, stranger.scope).filter((id) => !sent.includes(id) && text.includes(id));
  expect([where, canariesIn(text, victim), ids]).toEqual([where, [], []]);
}

const without = (text: string, ids: readonly string[]): string =>
  ids.reduce((rest, id) => rest.replaceAll(id, 'ID'), text);

type Tool = Awaited<ReturnType<McpPerson['client']['listTools']>>['tools'][number];

/** Valid arguments for every choice a tool has, with the ids that it knows. */
function argumentsOf({ inputSchema }: Tool, ids: Ids): readonly Record<string, unknown>[] {
  const schema = inputSchema as Schema & { readonly definitions?: Readonly<Record<string, Schema>> };
  const resolve = ({ $ref }: Schema): Schema => schema.definitions![$ref!.split('/').at(-1)!]!;
  const of = (given: object) => sample(schema, { resolve, given: { ...ids, ...given } }) as Record<string, unknown>;
  const choice = schema.required?.find((name) => schema.properties![name]!.enum !== undefined);
  const more = { waive: { component: 'Money' }, extend: { bound: 'rounds', by: 1 } };
  const chosen = (choice === undefined ? [] : schema.properties![choice]!.enum!) as readonly (keyof typeof more)[];
  const waits =
    'waitSeconds' in schema.properties!
      ? [of({ cursor: 0, waitSeconds: 1 }), of({ cursor: 1_000, waitSeconds: 1 })]
      : [];
  const releases = 'release' in schema.properties! ? [of({ release: 1 })] : [];
  return [
    ...(choice === undefined ? [of({})] : chosen.map((one) => of({ [choice]: one, ...more[one] }))),
    ...waits,
    ...releases,
  ];
}

test('every MCP tool answers ids of another tenant as it answers unknown ones, and tells nothing of it', async () => {
  for (const stranger of strangers) {
    const agent = await McpPerson.over(new URL('/mcp', rig.url), stranger.key);
    const { tools } = await agent.client.listTools();
    expect(tools.length).toBeGreaterThan(5);
    const compared = new Set<string>();
    for (const theirs of Object.values(victim.ids)) {
      const unknown: Ids = Object.fromEntries(Object.keys(theirs).map((name) => [name, randomUUID()]));
      for (const tool of tools) {
        const slots = knownIds(tool.name, Object.keys(tool.inputSchema.properties ?? {}), theirs);
        for (const replaced of [slots, ...slots.filter((slot) => slot !== 'sessionId').map((slot) => [slot])]) {
          const pick = (ids: Ids): Ids => Object.fromEntries(replaced.map((slot) => [slot, ids[slot]!]));
          const [foreign, nothing] = [pick(theirs), pick(unknown)];
          const calls = argumentsOf(tool, { ...stranger.ids.open, ...foreign });
          for (const [at, args] of calls.entries()) {
            const other = argumentsOf(tool, { ...stranger.ids.open, ...nothing })[at]!;
            const [one, two] = [await agent.call(tool.name, args), await agent.call(tool.name, other)];
            const where = [tool.name, replaced, args];
            expectNothing(one.text, stranger, Object.values(foreign), where);
            expect([where, without(one.text, Object.values(foreign))]).toEqual([
              where,
              without(two.text, Object.values(nothing)),
            ]);
            const names = args['about'] === 'output' ? 'outputId' : 'sessionId';
            if (replaced.includes(names)) expect([where, one.isError]).toEqual([where, true]);
            compared.add(tool.name);
          }
        }
      }
    }
    expect([...compared].sort()).toEqual(tools.map(({ name }) => name).sort());
    await agent.client.close();
  }
});

/** How each command about a session is called; one that is not here fails the test. */
const SESSION_COMMANDS: Readonly<Record<string, (id: string, dir: string) => readonly string[]>> = {
  mode: (id) => [id, 'agentic'],
  next: (id) => [id],
  report: (id) => [id, '--file', 'report.json'],
  decide: (id) => [id, 'retry', '--reason', 'mine'],
  cancel: (id) => [id],
  work: (id, dir) => [id, '--dir', dir, '--any-remote'],
  show: (id) => [id],
  watch: (id) => [id],
  open: (id) => [id],
  export: (id) => [id],
};

interface Called {
  readonly id: string;
  readonly of: (id: string) => readonly string[];
  readonly isOk?: boolean;
}

test('every command of the CLI, in the data folder of another tenant, takes its sessions for unknown ones', async () => {
  const help = (await runCliHere(rig, victim.scope, ['--help'])).stdout;
  const names = [...help.matchAll(/^ {2}([a-z-]+) .*[<[]session[>\]]/gm)].map(([, name]) => name!);
  expect(names.sort()).toEqual(Object.keys(SESSION_COMMANDS).sort());
  const dir = makeCheckout(rig, 'stranger');
  for (const stranger of strangers) {
    const { sessionId, commandId, keyId } = victim.ids.open as Record<'sessionId' | 'commandId' | 'keyId', string>;
    const own = stranger.ids.open['sessionId']!;
    const cursor = (id: string) => Buffer.from(`2999-01-01T00:00:00.000000Z ${id}`).toString('base64url');
    const calls: readonly Called[] = [
      ...names.map((name): Called => ({ id: sessionId, of: (id) => [name, ...SESSION_COMMANDS[name]!(id, dir)] })),
      { id: keyId, of: (id) => ['keys', 'rotate', id] },
      { id: keyId, of: (id) => ['keys', 'revoke', id] },
      { id: sessionId, of: (id) => ['mirror', 'verify', '--session', id] },
      { id: commandId, of: () => ['report', own, '-f', 'report.json'] },
      { id: sessionId, of: (id) => ['list', '--cursor', cursor(id)], isOk: true },
    ];
    for (const { id, of, isOk = false } of calls) {
      for (const json of [[], ['--json']]) {
        const run = async (asked: string): Promise<CliEnd> => {
          const report = { commandId: id === commandId ? asked : commandId, result: { status: 'ok' } };
          return runCliHere(rig, stranger.scope, [...of(asked), ...json], JSON.stringify(report));
        };
        const unknown = randomUUID();
        const [foreign, nothing] = [await run(id), await run(unknown)];
        expectNothing(foreign.stdout + foreign.stderr, stranger, [id], of('ID'));
        const plain = (end: CliEnd, asked: string) =>
          JSON.stringify(end)
            .replaceAll(asked, 'ID')
            .replace(/\d+(\.\d)?s/g, 'SECONDS');
        expect([of('ID'), plain(foreign, id)]).toEqual([of('ID'), plain(nothing, unknown)]);
        expect([of('ID'), foreign.code]).toEqual([of('ID'), isOk ? 0 : 3]);
      }
    }
  }
});

test('what the CLI shows without being asked for a session is of its own data folder', async () => {
  for (const stranger of strangers) {
    const own = stranger.ids.open['sessionId']!;
    const commands = [
      ['list', '--all'],
      ['list', '--all', '--json'],
      ['doctor', '--json'],
      ['mirror', 'verify', '--json'],
    ];
    const about = [
      ['keys', 'list', '--json'],
      ['show', own],
      ['show', own, '--json'],
      ['export', own],
      ['next', own],
    ];
    let text = '';
    for (const args of [...commands, ...about]) {
      const { stdout, stderr } = await runCliHere(rig, stranger.scope, args);
      expectNothing(stdout + stderr, stranger, [], args);
      text += stdout;
    }
    expect(canariesIn(text, stranger)).not.toEqual([]);
    const { sessionId } = victim.ids.open;
    const [listed, shown] = [
      ['list', '--all', '--json'],
      ['show', sessionId!],
    ].map((args) => runCliProcess({ ...rig, scope: stranger.scope }, args));
    const [list, show] = [await listed!.ended, await shown!.ended];
    expect([list.code, show.code]).toEqual([0, 3]);
    expect(list.stdout).toContain(own);
    expectNothing(list.stdout + list.stderr + show.stdout + show.stderr, stranger, [sessionId!], 'process');
  }
});

async function victimsOutput(id: string): Promise<Buffer> {
  const { status, text } = await rig.call('GET', `/v1/outputs/${id}`, { key: victim.key });
  expect(status).toBe(200);
  return Buffer.from(text);
}

test("a session whose report refers to another tenant's output is exported without it, and the bundle verifies", async () => {
  const [stranger] = strangers as [Tenant];
  const { sessionId, commandId } = stranger.ids.deciding as Record<'sessionId' | 'commandId', string>;
  const id = victim.ids.open['outputId']!;
  const bytes = await victimsOutput(id);
  const ref = { id, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
  const reason = 'once more';
  await rig.client.decide(sessionId, { action: 'retry', userId: 'ada', reason });
  const open = await eventually(async () => {
    const command = commandOf(await rig.client.nextCommand(sessionId));
    return command.id !== commandId && command;
  }, 'the next command');
  const failure = { kind: 'command_failed', message: 'see the output' } as const;
  const result = { status: 'error', failure, outputs: [{ name: 'log', ref }] } as const;
  await rig.client.submitResult(sessionId, { commandId: open.id, result });
  const { code, stdout } = await runCliHere(rig, stranger.scope, ['export', sessionId]);
  expect(code).toBe(0);
  expectNothing(stdout, stranger, [ref.id], 'export');
  const bundle = JSON.parse(stdout) as { outputs: { id: string }[] };
  expect(bundle.outputs.map(({ id }) => id)).not.toContain(ref.id);
  expect(await runCliHere(rig, stranger.scope, ['verify-export', 'it'], stdout)).toMatchObject({ code: 0 });
});

test('through specwright/client a start can name nothing of another tenant, and what is asked of a session is its own', async () => {
  const [account, project] = strangers as [Tenant, Tenant];
  const outcome = async (tenant: Tenant, change: Partial<StartInput>) => {
    const id = randomUUID();
    await rig.client.startSession(
      id,
      rig.input({ sessionType: 'componentCoding', component: 'Money', scope: tenant.scope, ...change }),
    );
    const ended = await rig.client
      .result(id)
      .catch((error: Error) => (error.cause instanceof Error ? error.cause.message : error.message));
    return JSON.stringify(ended).replaceAll(id, 'ID');
  };
  const { token, scope } = victim;
  const [user, id] = [victim.ids.open['userId']!, randomUUID()];
  const pairs: readonly (readonly [Tenant, Partial<StartInput>, Partial<StartInput>, string, string])[] = [
    [account, { context: `${token}-context` }, { context: 'Nothing' }, `${token}-context`, 'Nothing'],
    [account, { component: `${token}-component` }, { component: 'Nothing' }, `${token}-component`, 'Nothing'],
    [project, { component: `${token}-component` }, { component: 'Nothing' }, `${token}-component`, 'Nothing'],
    [project, { scope: { ...project.scope, userId: user } }, { scope: { ...project.scope, userId: id } }, user, id],
    [
      account,
      { scope: { ...account.scope, projectId: project.scope.projectId } },
      { scope: { ...account.scope, projectId: id } },
      project.scope.projectId,
      id,
    ],
    [account, { scope: { ...scope, userId: id } }, { scope: { ...scope, projectId: id, userId: id } }, '-', '-'],
  ];
  for (const [tenant, foreign, unknown, theirs, nothing] of pairs) {
    const [one, two] = [await outcome(tenant, foreign), await outcome(tenant, unknown)];
    expect(one.replaceAll(theirs, 'X')).toBe(two.replaceAll(nothing, 'X'));
    expect(one).toMatch(/scope|context|component/);
    expectNothing(one.replaceAll(theirs, ''), tenant, Object.values<string>({ ...scope }), foreign);
  }
  for (const tenant of [account, project]) {
    const { sessionId } = tenant.ids.open;
    const own = [
      await rig.client.sessionState(sessionId!),
      await rig.client.nextCommand(sessionId!),
      await rig.client.describe(sessionId!),
    ];
    expectNothing(JSON.stringify(own), tenant, [], 'client');
    const stolen = rig.client.startSession(
      victim.ids.open['sessionId']!,
      rig.input({ sessionType: 'componentCoding', component: 'Money', scope: tenant.scope }),
    );
    const refused = await stolen.then(
      () => 'started',
      (error: unknown) => String(error),
    );
    expect(refused).toMatch(/already/);
    expectNothing(refused, tenant, [victim.ids.open['sessionId']!], 'client');
  }
});
