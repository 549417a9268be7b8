import { expect, test } from '@jest/globals';
import type { Sessions } from '../../src/api/sessions.js';
import type { ProjectModel } from '../../src/domain/project.js';
import type { ApplyOutcome } from '../../src/ports/project-store.js';
import type { CliEnvironment } from '../../src/surfaces/cli/environment.js';
import { runCli } from '../../src/surfaces/cli/program.js';
import { SMALL } from './project-file-fixtures.js';

const APPLIED: ApplyOutcome = {
  ok: true,
  dryRun: false,
  created: ['component Money'],
  changed: [
    {
      name: 'component Invoice',
      fields: [{ field: 'priority', from: 0, to: 5 }, { field: 'description' }],
    },
  ],
  removed: ['rule \u001b[31mold'],
  undeclared: ['component Ledger'],
  unchanged: 3,
};
const RULE = '---\ncomponentType: *\nsessionType: *\n---\n# Cents\n\nWhole cents.\n';

async function run(files: Readonly<Record<string, string>>, outcome: ApplyOutcome, ...args: string[]) {
  const seen = { code: -1, out: '', note: '', applied: [] as [ProjectModel, unknown][] };
  const nothing = () => Promise.reject(new Error('not needed'));
  const environment: CliEnvironment = {
    isTerminal: false,
    signal: new AbortController().signal,
    out: (more) => void (seen.out += more),
    note: (more) => void (seen.note += more),
    readText: (path) => (path in files ? Promise.resolve(files[path]!) : Promise.reject(new Error(`no file ${path}`))),
    connect: () =>
      Promise.resolve({
        sessions: {} as Sessions,
        scope: { accountId: 'a', projectId: 'p', userId: 'u' },
        role: 'admin',
        sessionUrl: () => null,
        applyProject: (model, options) => Promise.resolve(outcome).finally(() => seen.applied.push([model, options])),
        openOutput: nothing,
        close: () => Promise.resolve(),
      }),
    up: nothing,
    worker: nothing,
    serve: nothing,
    keys: nothing,
    makeProject: nothing,
    setup: nothing,
    purge: nothing,
    operate: nothing,
    diagnose: nothing,
    demo: nothing,
    work: nothing,
    openInBrowser: nothing,
  };
  seen.code = await runCli(['project', 'apply', '-f', '/shop/specwright.yaml', ...args], environment);
  return seen;
}

test('what was created, changed, removed and left is a line each', async () => {
  expect(await run({ '/shop/specwright.yaml': SMALL }, APPLIED)).toMatchObject({
    code: 0,
    out: `+ component Money
~ component Invoice
    priority: 0 → 5
    description: another text
- rule \\x1b[31mold
  component Ledger is not in the file and stays; --prune removes it
1 created, 1 changed, 1 removed, 3 unchanged
scope: {"accountId":"a","projectId":"p","userId":"u"}
`,
    applied: [[expect.anything(), { dryRun: false, prune: false }]],
  });
});

test('--dry-run and --prune are passed on, and a dry run says that nothing was written', async () => {
  const dry = await run({ '/shop/specwright.yaml': SMALL }, { ...APPLIED, dryRun: true }, '--dry-run', '--prune');
  expect(dry.applied[0]![1]).toEqual({ dryRun: true, prune: true });
  expect(dry.out).toContain('3 unchanged; nothing was written (--dry-run)\n');
});

test('--json is the diff and the scope in one document', async () => {
  const { out } = await run({ '/shop/specwright.yaml': SMALL }, APPLIED, '--json');
  expect(JSON.parse(out)).toEqual({ ...APPLIED, scope: { accountId: 'a', projectId: 'p', userId: 'u' } });
});

test('rules are read from files beside specwright.yaml; one that cannot be read, or is wrong, is exit code 2', async () => {
  const text = SMALL.replace('rules: []', 'rules:\n  - file: docs/cents.md');
  const good = await run({ '/shop/specwright.yaml': text, '/shop/docs/cents.md': RULE }, APPLIED);
  expect(good.applied[0]![0].rules).toMatchObject([{ name: 'Cents', text: '# Cents\n\nWhole cents.' }]);
  const gone = await run({ '/shop/specwright.yaml': text }, APPLIED);
  expect(gone).toMatchObject({ code: 2, applied: [] });
  expect(gone.note).toContain('/shop/specwright.yaml:18:11: rules[0].file is "docs/cents.md", and no file /shop/docs/');
  const wrong = await run({ '/shop/specwright.yaml': text, '/shop/docs/cents.md': 'Whole cents.' }, APPLIED);
  expect(wrong).toMatchObject({ code: 2, applied: [] });
  expect(wrong.note).toMatch(/\/shop\/docs\/cents\.md:1:1: there is no front matter; begin the file with the lines/);
});

test('a refused model is exit code 3 with the reason and the fix', async () => {
  const refusal = {
    code: 'dependency_cycle',
    message: 'components would depend on each other: A → B → A',
    fix: 'mend it',
  };
  const refused = await run({ '/shop/specwright.yaml': SMALL }, { ok: false, refusal } as ApplyOutcome, '--json');
  expect(refused.code).toBe(3);
  expect(JSON.parse(refused.out)).toMatchObject({ error: { message: refusal.message, fix: 'mend it' } });
});
