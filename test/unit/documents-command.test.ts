import { expect, test } from '@jest/globals';
import type { CliEnvironment } from '../../src/surfaces/cli/environment.js';
import { runCli } from '../../src/surfaces/cli/program.js';
import { FIXTURES } from './documents-fixtures.js';

async function run(text: string, ...args: string[]) {
  const printed = { code: -1, out: '', note: '', paths: [] as string[] };
  const nothing = () => Promise.reject(new Error('a document is checked without a stack'));
  const environment: CliEnvironment = {
    isTerminal: false,
    signal: new AbortController().signal,
    out: (more) => void (printed.out += more),
    note: (more) => void (printed.note += more),
    readText: (path) => Promise.resolve(text).finally(() => printed.paths.push(path)),
    connect: nothing,
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
  printed.code = await runCli(['document', 'check', ...args], environment);
  return printed;
}

test.each(['context', 'component', 'review', 'rule'] as const)(
  'a valid %s is said to be one, exit code 0',
  async (type) => {
    expect(await run(FIXTURES[type], 'a.md', '--type', type)).toMatchObject({
      code: 0,
      out: `a.md: a valid ${type} document\n`,
    });
  },
);

test('every error is a line with file, line, rule, section and fix, exit code 2', async () => {
  const text = FIXTURES.component.replace('An invoice.', '').replace('# Billing.Invoice', '#');
  expect(await run(text, 'docs/a\u001b.md', '--type', 'component')).toMatchObject({
    code: 2,
    out:
      'docs/a\\x1b.md:1: [title-text] document: the title has no text; write "# " and a short name\n' +
      'docs/a\\x1b.md:3: [section-empty] Purpose: the section has no text; write it; if there is nothing to say, say so in a sentence\n',
    note: '',
  });
});

test('--json prints one document, valid or not', async () => {
  const good = await run(FIXTURES.review, '-', '--type', 'review', '--json');
  expect(good).toMatchObject({ code: 0, paths: ['-'] });
  expect(JSON.parse(good.out)).toMatchObject({ file: '-', type: 'review', ok: true, document: { verdicts: [{}, {}] } });
  const bad = await run('', 'a.md', '--type', 'rule', '--json');
  expect(bad.code).toBe(2);
  expect(JSON.parse(bad.out)).toMatchObject({ ok: false, errors: [{ line: 1, rule: 'front-matter' }] });
});

test('a type is needed, and has to be one', async () => {
  expect(await run('', 'a.md')).toMatchObject({ code: 2, note: expect.stringContaining('--type') as unknown });
  const unknown = await run('', 'a.md', '--type', 'novel');
  expect(unknown).toMatchObject({
    code: 2,
    note: expect.stringContaining('context, component, review, rule') as unknown,
  });
});
