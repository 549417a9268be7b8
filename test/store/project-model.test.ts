import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ProjectModel } from '../../src/domain/project.js';
import type { Scope } from '../../src/domain/scope.js';
import type { AppliedModel, ApplyOptions } from '../../src/ports/project-store.js';
import { readModel } from '../../src/store/project/read-model.js';
import { withScope } from '../../src/store/with-scope.js';
import { type Database, startDatabase } from './database.js';
import { builds, MODEL, newScope, opening } from './sessions.js';

let db: Database;
beforeAll(async () => {
  db = await startDatabase();
});
afterAll(() => db.stop());

const stored = (scope: Scope): Promise<ProjectModel | null> => withScope(db.ro, scope, (tx) => readModel(tx, scope));

async function apply(scope: Scope, model: ProjectModel, options: ApplyOptions = {}): Promise<AppliedModel> {
  const outcome = await db.projects.applyModel(scope, model, options);
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  return outcome;
}

/** What a session's design may add, by hand. */
async function design(scope: Scope, dependencies: readonly (readonly [string, string])[]): Promise<void> {
  const names = [...new Set(dependencies.flat())].filter((name) => !MODEL.components.some((one) => one.name === name));
  const key = [scope.accountId, scope.projectId];
  await withScope(db.rw, scope, async (tx) => {
    await tx.query(
      {
        text: `INSERT INTO components (account_id, project_id, name, context, type, description, priority)
               SELECT $1, $2, unnest($3::text[]), 'Billing', 'module', 'Designed.', 0`,
      },
      [...key, names],
    );
    await tx.query(
      {
        text: `INSERT INTO component_dependencies (account_id, project_id, component, depends_on)
               SELECT $1, $2, * FROM unnest($3::text[], $4::text[])`,
      },
      [...key, dependencies.map(([name]) => name), dependencies.map(([, to]) => to)],
    );
  });
}

const NOTHING = { created: [], changed: [], removed: [], undeclared: [] };
const [invoice, tax] = MODEL.components;
const FULL: ProjectModel = {
  ...MODEL,
  project: {
    ...MODEL.project,
    toolchain: { implementation: 'lib/{component}.ex', test: 't/{component}.exs', testArgv: ['x'], missing: [] },
    forge: { type: 'gitlab', apiUrl: 'https://gitlab.com/api/v4', repository: 'acme/shop' },
    bounds: { agent: 5, finalize: 2 },
  },
  contexts: [
    { ...MODEL.contexts[0]!, dependsOn: ['Stock'] },
    { name: 'Stock', description: 'Goods.', dependsOn: [] },
  ],
};

test('applying a model again changes nothing; a changed one says what changed, from what to what', async () => {
  const scope = await newScope(db, null);
  expect(await apply(scope, MODEL)).toMatchObject({
    created: [
      'context Billing',
      'component Billing.Invoice',
      'component Billing.Tax',
      'story Billing/Pay',
      'rule plain',
    ],
    changed: [
      { name: 'project Shop', fields: expect.arrayContaining([{ field: 'remote', from: '', to: '/srv/shop.git' }]) },
    ],
    unchanged: 0,
  });
  expect(await apply(scope, MODEL)).toEqual({ ok: true, dryRun: false, ...NOTHING, unchanged: 6 });
  const changed = {
    ...MODEL,
    components: [
      { ...invoice!, dependsOn: [], description: 'x'.repeat(200) },
      { ...tax!, priority: 9 },
    ],
  };
  expect(await apply(scope, changed)).toMatchObject({
    ...NOTHING,
    changed: [
      {
        name: 'component Billing.Invoice',
        fields: [{ field: 'description' }, { field: 'dependsOn', from: ['Billing.Tax'], to: [] }],
      },
      { name: 'component Billing.Tax', fields: [{ field: 'priority', from: 5, to: 9 }] },
    ],
    unchanged: 4,
  });
});

test('forge, bounds, a custom toolchain and the dependencies of contexts are stored, changed and taken back', async () => {
  const scope = await newScope(db);
  expect(await apply(scope, FULL)).toMatchObject({
    created: ['context Stock'],
    changed: [
      {
        name: 'project Shop',
        fields: [
          { field: 'toolchain' },
          { field: 'forge', from: null, to: FULL.project.forge },
          { field: 'bounds', from: {}, to: { agent: 5, finalize: 2 } },
        ],
      },
      { name: 'context Billing', fields: [{ field: 'dependsOn', from: [], to: ['Stock'] }] },
    ],
  });
  expect(await stored(scope)).toEqual(FULL);
  expect(await apply(scope, FULL)).toMatchObject({ ...NOTHING, unchanged: 7 });
  await apply(scope, MODEL, { prune: true });
  expect(await stored(scope)).toEqual(MODEL);
});

test('nothing is removed without prune, and with it exactly what the file does not have', async () => {
  const scope = await newScope(db, FULL);
  await design(scope, [['Ledger', 'Billing.Invoice']]);
  const small: ProjectModel = {
    ...MODEL,
    components: [tax!],
    stories: [{ ...MODEL.stories[0]!, title: 'Refund' }],
    rules: [],
  };
  const gone = ['context Stock', 'component Billing.Invoice', 'component Ledger', 'story Billing/Pay', 'rule plain'];
  expect(await apply(scope, small)).toMatchObject({ removed: [], undeclared: gone });
  expect((await stored(scope))!.stories.map(({ title }) => title)).toEqual(['Pay', 'Refund']);
  expect((await stored(scope))!.components.map(({ name }) => name)).toEqual([
    'Billing.Invoice',
    'Billing.Tax',
    'Ledger',
  ]);
  expect(await apply(scope, small, { prune: true, dryRun: true })).toMatchObject({ removed: gone, undeclared: [] });
  expect(await apply(scope, small)).toMatchObject({ ...NOTHING, undeclared: gone });
  expect(await apply(scope, small, { prune: true })).toMatchObject({ removed: gone, undeclared: [], unchanged: 4 });
  expect(await stored(scope)).toEqual(small);
  expect(await apply(scope, small, { prune: true })).toMatchObject({ ...NOTHING, unchanged: 4 });
});

test('a component that moved to another context is not in the way of pruning the old one', async () => {
  const scope = await newScope(db);
  const moved: ProjectModel = {
    ...MODEL,
    contexts: [{ name: 'Sales', description: 'Sales.', dependsOn: [] }],
    components: MODEL.components.map((component) => ({ ...component, context: 'Sales' })),
    stories: [],
  };
  expect(await apply(scope, moved, { prune: true })).toMatchObject({
    created: ['context Sales'],
    removed: ['context Billing', 'story Billing/Pay'],
    changed: [
      { name: 'component Billing.Invoice', fields: [{ field: 'context', from: 'Billing', to: 'Sales' }] },
      { name: 'component Billing.Tax' },
    ],
  });
});

test('a dry run says what would be and leaves every row as it is, even those of a new project', async () => {
  const scope = await newScope(db);
  const before = await stored(scope);
  const would = await apply(scope, FULL, { dryRun: true });
  expect(would).toMatchObject({ dryRun: true, created: ['context Stock'] });
  expect(await stored(scope)).toEqual(before);
  expect(await apply(scope, FULL)).toEqual({ ...would, dryRun: false });

  const fresh = { accountId: randomUUID(), projectId: randomUUID(), userId: randomUUID() };
  const ensure = { account: 'A', project: 'P', user: 'U' };
  expect((await apply(fresh, MODEL, { dryRun: true, ensure })).created).toHaveLength(5);
  expect(await stored(fresh)).toBeNull();
  expect(await db.projects.applyModel(fresh, MODEL)).toMatchObject({
    ok: false,
    refusal: { code: 'project_not_found' },
  });
  expect((await apply(fresh, MODEL, { ensure })).created).toHaveLength(5);
});

test('a cycle among components that only the database has is refused by name, and nothing is written', async () => {
  const scope = await newScope(db);
  await design(scope, [
    ['Ledger', 'Billing.Tax'],
    ['Ledger', 'Journal'],
    ['Journal', 'Ledger'],
  ]);
  const before = await stored(scope);
  const changed = { ...MODEL, rules: [], components: [invoice!, { ...tax!, priority: 7 }] };
  expect(await db.projects.applyModel(scope, changed)).toEqual({
    ok: false,
    refusal: {
      code: 'dependency_cycle',
      message: 'components would depend on each other: Journal → Ledger → Journal',
      fix: expect.stringMatching(/^declare Journal, Ledger in the file .* --prune/) as unknown,
    },
  });
  expect(await stored(scope)).toEqual(before);
  expect(await apply(scope, changed, { prune: true })).toMatchObject({
    removed: ['component Journal', 'component Ledger', 'rule plain'],
  });
});

test('dependencies between declared components follow the file, whatever a design made of them', async () => {
  const scope = await newScope(db);
  await design(scope, [
    ['Ledger', 'Billing.Invoice'],
    ['Billing.Tax', 'Ledger'],
  ]);
  expect(await apply(scope, MODEL)).toMatchObject({
    changed: [{ name: 'component Billing.Tax', fields: [{ field: 'dependsOn', from: ['Ledger'], to: [] }] }],
    undeclared: ['component Ledger'],
  });
  expect((await stored(scope))!.components.at(-1)).toMatchObject({ name: 'Ledger', dependsOn: ['Billing.Invoice'] });
});

test('pruning leaves sessions and every other project as they are', async () => {
  const scope = await newScope(db, FULL);
  const sibling = { ...scope, projectId: randomUUID() };
  const stranger = await newScope(db, FULL);
  await db.projects.ensureScope(sibling, { account: 'Acme', project: 'Other', user: 'Ada' });
  await apply(sibling, FULL);
  const input = opening(scope);
  await db.progress.openInteraction(input, builds());
  const session = await db.reader.get(scope, input.sessionId);
  const empty: ProjectModel = {
    ...MODEL,
    contexts: [{ name: 'Else', description: 'Else.', dependsOn: [] }],
    components: [],
    stories: [],
    rules: [],
  };
  await apply(scope, empty, { prune: true });
  expect(await stored(scope)).toEqual(empty);
  expect(await db.reader.get(scope, input.sessionId)).toEqual(session);
  expect([await stored(sibling), await stored(stranger)]).toEqual([FULL, FULL]);
  expect(await stored({ ...scope, accountId: stranger.accountId })).toBeNull();
});

test('two at once take turns: one writes, the other finds it done', async () => {
  const scope = await newScope(db, null);
  const both = await withScope(db.rw, scope, async (tx) => {
    await tx.query({ text: 'SELECT FROM projects WHERE project_id = $1 FOR UPDATE' }, [scope.projectId]);
    const started = [apply(scope, FULL), apply(scope, FULL)];
    const waiting = { text: 'SELECT FROM pg_locks WHERE NOT granted' };
    for (let rounds = 0; rounds < 100 && (await tx.query(waiting, [])).length < 2; rounds += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await tx.query(waiting, [])).toHaveLength(2);
    return started;
  }).then((started) => Promise.all(started));
  expect(both.map(({ created }) => created.length).sort()).toEqual([0, 6]);
  expect(both.map(({ changed }) => changed.length).sort()).toEqual([0, 1]);
});
