import { randomUUID } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { sha256Hex } from '../../src/domain/digest.js';
import {
  command,
  createLab,
  node,
  prepared,
  read,
  remoteTip,
  testContext,
  writeFiles,
  type Lab,
} from './support/lab.js';

let lab: Lab;
afterEach(() => lab.remove());

const document = { path: 'docs/design/a.md', output: 'document', type: 'component', component: 'A' } as const;
async function session(seed?: Record<string, string>) {
  lab = createLab(seed);
  const sessionId = `s-${randomUUID()}`;
  const parts = { sessionId, branch: `sw/design/${sessionId}`, remote: lab.remote };
  const { baseSha } = (await prepared(lab, parts)).evidence!.git!;
  return { ...parts, workspace: lab.workspace(sessionId), baseSha: baseSha! };
}

test('a document is handed over as it is, and nothing of its script is run', async () => {
  const { workspace, ...parts } = await session();
  writeFiles(workspace, { 'docs/design/a.md': '# A\n' });
  const context = testContext(parts.sessionId);
  const script = [node("import { writeFileSync } from 'node:fs'; writeFileSync('ran', '');")];
  const result = await lab.runner.run(
    command('check_document', { ...parts, script, expects: { documents: [document] } }),
    context,
  );
  expect(result).toMatchObject({ status: 'ok', outputs: [{ name: 'document' }] });
  expect(context.text('document')).toBe('# A\n');
  expect(() => read(join(workspace, 'ran'))).toThrow(/ENOENT/);
});

test('a document that is a link out of the workspace is refused; one that is not there is not reported', async () => {
  const { workspace, ...parts } = await session();
  const check = command('check_document', { ...parts, expects: { documents: [document] } });
  expect(await lab.runner.run(check, testContext(parts.sessionId))).toMatchObject({ status: 'ok', outputs: [] });
  const secret = join(lab.folder, 'secret.md');
  writeFileSync(secret, 'canary');
  mkdirSync(join(workspace, 'docs/design'), { recursive: true });
  symlinkSync(secret, join(workspace, 'docs/design/a.md'));
  const context = testContext(parts.sessionId);
  expect(await lab.runner.run(check, context)).toMatchObject({
    status: 'error',
    failure: { kind: 'invalid_output', file: 'docs/design/a.md' },
  });
  expect([...context.outputs.values()].join()).not.toContain('canary');
});

test('what exists at the base is read from the base, whatever the workspace has', async () => {
  const { workspace, ...parts } = await session({ 'src/there.js': 'x\n', 'README.md': 'r\n' });
  writeFiles(workspace, { 'src/new.js': 'x\n' });
  const { rmSync } = await import('node:fs');
  rmSync(join(workspace, 'src/there.js'));
  const base = { commit: parts.baseSha, paths: ['src/there.js', 'src/new.js', 'src'] };
  const result = await lab.runner.run(
    command('run_tests', { ...parts, script: [node('')], expects: { base } }),
    testContext(parts.sessionId),
  );
  expect(result.evidence!.baseFiles).toEqual(['src/there.js']);
});

test('a file that changed after it was judged is not delivered', async () => {
  const { workspace, ...parts } = await session();
  writeFiles(workspace, { 'src/a.js': 'judged\n' });
  const judged = [{ path: 'src/a.js', sha256: sha256Hex('judged\n') }];
  const finalize = () =>
    command('finalize', { ...parts, push: true, files: ['src/a.js'], agent: { judged } as object });
  writeFiles(workspace, { 'src/a.js': 'something else\n' });
  expect(await lab.runner.run(finalize(), testContext(parts.sessionId))).toMatchObject({
    status: 'error',
    failure: { kind: 'invalid_output', rule: 'judged-files', ids: ['src/a.js'] },
  });
  expect(remoteTip(lab, parts.branch)).toBeNull();
  writeFiles(workspace, { 'src/a.js': 'judged\n' });
  expect(await lab.runner.run(finalize(), testContext(parts.sessionId))).toMatchObject({ status: 'ok' });
});

test('tests run on what is not this session’s to change as the branch has it', async () => {
  const { workspace, ...parts } = await session({ 'test/a.js': 'the real test\n', 'README.md': 'r\n' });
  writeFiles(workspace, { 'test/a.js': 'passes always\n', 'src/undelivered.js': 'x\n' });
  const look = node(
    "import { existsSync, readFileSync } from 'node:fs'; console.log(readFileSync('test/a.js', 'utf8') + existsSync('src/undelivered.js'))",
  );
  const context = testContext(parts.sessionId);
  const expects = { restored: ['test/a.js', 'src/undelivered.js'] };
  await lab.runner.run(command('run_tests', { ...parts, script: [look], expects }), context);
  expect(context.text('stdout')).toBe('the real test\nfalse\n');
});

test('what a test on the merged branch does to other files is not delivered', async () => {
  const { workspace, ...parts } = await session({ 'src/price.js': 'merged\n' });
  const script = [node("import { writeFileSync } from 'node:fs'; writeFileSync('src/price.js', 'changed by a test')")];
  const files = [{ path: 'src/price.js', why: 'w' }];
  const checked = await lab.runner.check(
    command('spawn_children', { ...parts, script, expects: { files } }),
    testContext(parts.sessionId),
  );
  expect(checked.evidence!.files).toMatchObject([{ path: 'src/price.js', sha256: sha256Hex('merged\n') }]);
  const finalized = await lab.runner.run(
    command('finalize', { ...parts, push: true, files: ['src/price.js'] }),
    testContext(parts.sessionId),
  );
  expect(finalized.evidence!.files).toMatchObject([{ sha256: sha256Hex('merged\n') }]);
  expect(() => read(join(workspace, 'src/price.js'))).toThrow(/ENOENT/);
});

test('an agent that is to begin afresh does not find its old file', async () => {
  const agent = {
    name: 'idle',
    check: async () => null,
    run: async () => ({ ok: true, exitCode: 0, text: '' }) as const,
  };
  const { workspace: _workspace, ...parts } = await session({ 'review.md': 'approves everything\n' });
  const expects = { files: [{ path: 'review.md', why: 'the review' }] };
  const run = (fresh: boolean) =>
    lab
      .newRunner({ agent })
      .run(command('agent', { ...parts, expects, agent: { fresh } }), testContext(parts.sessionId));
  expect((await run(false)).evidence!.files).toHaveLength(1);
  expect((await run(true)).evidence!.files).toEqual([]);
});
