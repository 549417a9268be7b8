import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config.js';
import { writePrivateFile } from '../../src/dev/private-file.js';
import type { Scope } from '../../src/domain/scope.js';
import { purge } from '../../src/operator-tools.js';
import { createPool, type Pool } from '../../src/store/pool.js';
import { withScope } from '../../src/store/with-scope.js';
import type { CliEnvironment } from '../../src/surfaces/cli/environment.js';
import { runCli } from '../../src/surfaces/cli/program.js';
import { type Database, PASSWORDS, startDatabase } from './database.js';
import { builds, MODEL, newScope, opening, passes, report } from './sessions.js';

let db: Database;
let owner: Pool;
let dataDir: string;
beforeAll(async () => {
  db = await startDatabase();
  owner = createPool(db.ownerUrl);
  dataDir = await mkdtemp('/var/tmp/specwright-purge-');
  // Else setting up would give the roles other passwords than this test has.
  await writePrivateFile(join(dataDir, 'database-passwords.json'), JSON.stringify(PASSWORDS));
});
afterAll(async () => {
  await owner.end();
  await db.stop();
  await rm(dataDir, { recursive: true, force: true });
});

interface Given {
  readonly scope: Scope;
  /** DATABASE_URL, and what `stack.json` of a stack that `up` started says. */
  readonly adminUrl?: string;
  readonly ownerUrl?: string;
}

/** `specwright purge` as the program wires it, in the data folder of a project. */
async function cli({ scope, adminUrl, ownerUrl = null! }: Given, ...args: readonly string[]) {
  const { rwUrl, roUrl } = db;
  const urls = { DATABASE_RW_URL: rwUrl, DATABASE_RO_URL: roUrl };
  const config = loadConfig({
    ...{ PATH: process.env['PATH'], HOME: process.env['HOME'], SPECWRIGHT_DATA_DIR: dataDir },
    ...(adminUrl === undefined ? {} : { ...urls, DATABASE_URL: adminUrl }),
  });
  const stack = {
    temporal: { address: 'localhost:1', namespace: 'default', webUi: null },
    database: { ownerUrl, rwUrl, roUrl },
    scope,
    ...{
      taskQueue: 'q',
      executorQueue: 'e',
      httpUrl: null,
      pids: { owner: process.pid, temporal: null, postgres: null },
    },
  };
  const seen = { stdout: '', stderr: '', asked: 0 };
  const environment: Partial<CliEnvironment> = {
    isTerminal: false,
    out: (text) => void (seen.stdout += text),
    note: (text) => void (seen.stderr += text),
    purge: (what) => ((seen.asked += 1), purge(config, stack, what)),
  };
  const code = await runCli(['purge', ...args], environment as CliEnvironment);
  return { code, ...seen };
}

/** A closed root with an output of five bytes, so many days ago. */
async function closed(scope: Scope, days: number): Promise<string> {
  const root = opening(scope);
  const { sessionId } = root;
  await db.progress.openInteraction(root, builds());
  const outputs = [{ name: 'log', text: 'hello' }];
  await db.progress.completeInteraction(report(root, { status: 'ok', outputs }), passes);
  await db.progress.closeSession({ scope, sessionId, status: 'complete', failure: null });
  const text = 'UPDATE sessions SET closed_at = now() - make_interval(days => $2) WHERE session_id = $1 RETURNING 1';
  const moved = await withScope(owner, scope, (tx) => tx.queryAndCommit({ text }, [sessionId, days]));
  expect(moved).toHaveLength(1);
  return sessionId;
}

async function sibling(scope: Scope): Promise<Scope> {
  const other = { ...scope, projectId: randomUUID() };
  await db.projects.ensureScope(other, { account: 'Acme', project: 'Other', user: 'Ada' });
  await db.projects.applyModel(other, MODEL);
  return other;
}

const isThere = async (scope: Scope, id: string) => (await db.reader.get(scope, id)) !== null;
const told = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as Record<string, unknown>;

test('a time or an account that is none is one clear line with exit code 2, and nothing is asked for', async () => {
  const given = { scope: await newScope(db), adminUrl: db.adminUrl };
  for (const time of ['', '90', 'd', '0d', '-1d', '1.5d', '90 d', '90m', '90D', '90d12h', '100000d', '2020-01-01']) {
    const end = await cli(given, `--older-than=${time}`, '--dry-run');
    expect([time, end.code, end.stdout, end.asked]).toEqual([time, 2, '', 0]);
    expect(end.stderr).toMatch(/^error: .*--older-than.*Write a number of days or hours, like 90d or 12h\.\n$/);
  }
  for (const account of ['', 'nobody', given.scope.accountId.toUpperCase()]) {
    const end = await cli(given, '--older-than=90d', `--account=${account}`);
    expect([account, end.code, end.asked]).toEqual([account, 2, 0]);
  }
  const without = await cli(given, '--dry-run');
  expect(without).toMatchObject({ code: 2, stdout: '', asked: 0 });
  expect(without.stderr).toMatch(/^error: .*--older-than.*\n$/);
});

test('a dry run counts and removes nothing; without it the old sessions go and the young ones stay', async () => {
  const given = { scope: await newScope(db), adminUrl: db.adminUrl };
  const { scope } = given;
  const [old, young] = [await closed(scope, 91), await closed(scope, 89)];
  const dry = await cli(given, '--older-than', '90d', '--dry-run');
  expect(dry).toMatchObject({ code: 0, stderr: '' });
  expect(dry.stdout).toMatch(/^1 sessions closed before \S+ would be removed, 5 bytes of outputs\n$/);
  const json = told(await cli(given, '--older-than', '2159h', '--dry-run', '--json'));
  expect(json).toEqual({ before: expect.any(String) as unknown, dryRun: true, sessions: 1, outputBytes: 5 });
  expect(Math.abs(Date.parse(String(json['before'])) - (Date.now() - 2_159 * 3_600_000))).toBeLessThan(60_000);
  expect([await isThere(scope, old), await isThere(scope, young)]).toEqual([true, true]);
  const done = await cli(given, '--older-than', '90d');
  expect(done.stdout).toMatch(/^1 sessions closed before \S+ are removed, 5 bytes of outputs\n$/);
  expect([await isThere(scope, old), await isThere(scope, young)]).toEqual([false, true]);
  expect(told(await cli(given, '--older-than', '90d', '--json'))).toMatchObject({ dryRun: false, sessions: 0 });
});

test('without --account one project is purged, with it every project of that account and nobody else’s', async () => {
  const [scope, stranger] = [await newScope(db), await newScope(db)];
  const beside = await sibling(scope);
  const given = { scope: stranger, adminUrl: db.adminUrl };
  const [first, second, foreign] = [await closed(scope, 91), await closed(beside, 91), await closed(stranger, 91)];
  const there = async () => [
    await isThere(scope, first),
    await isThere(beside, second),
    await isThere(stranger, foreign),
  ];
  const account = ['--older-than', '90d', '--account', scope.accountId, '--json'];
  expect(told(await cli(given, ...account, '--dry-run'))).toMatchObject({ sessions: 2, outputBytes: 10 });
  expect(await there()).toEqual([true, true, true]);
  expect(told(await cli(given, ...account))).toMatchObject({ dryRun: false, sessions: 2, outputBytes: 10 });
  expect(await there()).toEqual([false, false, true]);
  const third = await closed(beside, 91);
  expect(told(await cli(given, '--older-than', '90d', '--json'))).toMatchObject({ sessions: 1 });
  expect(await there()).toEqual([false, false, false]);
  expect(await isThere(beside, third)).toBe(true);
  const nobody = ['--older-than', '90d', '--account', randomUUID(), '--json'];
  expect(told(await cli(given, ...nobody))).toMatchObject({ sessions: 0 });
});

test('where no owner of the tables is known, DATABASE_URL is asked for', async () => {
  const scope = await newScope(db);
  const old = await closed(scope, 91);
  const refused = await cli({ scope }, '--older-than', '90d');
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('DATABASE_URL') as unknown });
  expect(await isThere(scope, old)).toBe(true);
});

test('a stack that `up` has started is purged without more: its file knows the owner', async () => {
  const scope = await newScope(db);
  const old = await closed(scope, 91);
  expect(await cli({ scope, ownerUrl: db.ownerUrl }, '--older-than', '90d')).toMatchObject({ code: 0, stderr: '' });
  expect(await isThere(scope, old)).toBe(false);
});
