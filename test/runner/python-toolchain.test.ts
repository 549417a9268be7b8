import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseJunit } from '../../src/documents/junit-report.js';
import type { TestReport } from '../../src/domain/test-report.js';
import { python } from '../../src/domain/toolchains/python.js';

const hasPytest = spawnSync('python3', ['-m', 'pytest', '--version']).status === 0;
if (!hasPytest) {
  console.warn(
    'No python3 with pytest here: the python toolchain is tested on recorded reports only (test/unit/reports).',
  );
}
const live = hasPytest ? test : test.skip;

const TESTS = 'from billing.money import cents\n\n\ndef test_reads():\n    assert cents("1.50") == 150\n';
const RIGHT = 'def cents(text):\n    return round(float(text) * 100)\n';

/** What pytest says of these files, run as the toolchain says, and what the run left behind. */
function run(files: Readonly<Record<string, string>>): { exitCode: number; report: TestReport; untracked: string } {
  // The parent has a configuration of its own, as a workspace below somebody's project would.
  const parent = mkdtempSync(join(tmpdir(), 'sw-python-'));
  const folder = join(parent, 'workspace');
  mkdirSync(folder);
  writeFileSync(join(parent, 'pytest.ini'), '[pytest]\npythonpath = elsewhere\n');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const git = (...args: string[]): string => spawnSync('git', args, { cwd: folder, encoding: 'utf8' }).stdout;
  git('init', '-q');
  git('add', '-A');
  const testPath = python.testPath('Billing', 'Money');
  const [program = '', ...args] = python.testArgv(testPath, 'r.xml', 'log.txt');
  const { status } = spawnSync(program, args, { cwd: folder, env: { PATH: process.env['PATH'], HOME: parent } });
  const parsed = parseJunit(readFileSync(join(folder, 'r.xml')), testPath);
  const untracked = git('ls-files', '--others');
  rmSync(parent, { recursive: true });
  if (!parsed.ok) throw new Error(parsed.reason);
  return { exitCode: status ?? -1, report: parsed.report, untracked };
}

const implementation = python.implementationPath('Billing', 'Money');
const tests = python.testPath('Billing', 'Money');
const missing = ({ report }: ReturnType<typeof run>): readonly boolean[] =>
  report.failed.map(({ message }) => python.saysMissing(message, 'Billing', 'Money'));

live('pytest runs a component’s tests against src, and leaves nothing but its report', () => {
  const { exitCode, report, untracked } = run({ [implementation]: RIGHT, [tests]: TESTS });
  expect(report).toEqual({ executed: 1, skipped: 0, failed: [] });
  expect([exitCode, untracked]).toEqual([0, 'r.xml\n']);
});

live('an implementation that is not there is told from one that is wrong, or lacks something else', () => {
  const absent = run({ [tests]: TESTS });
  expect(absent.report).toMatchObject({ executed: 0, failed: [{ name: tests, loadFailure: true }] });
  expect(missing(absent)).toEqual([true]);
  expect(missing(run({ [tests]: TESTS, 'src/billing/rate.py': '' }))).toEqual([true]);
  expect(missing(run({ [tests]: TESTS, [implementation]: 'import nothing_of_that_name\n' }))).toEqual([false]);
  expect(missing(run({ [tests]: TESTS, [implementation]: 'def cents(\n' }))).toEqual([false]);
  const wrong = run({ [tests]: TESTS, [implementation]: RIGHT.replace('100', '10') });
  expect(wrong.report).toMatchObject({ executed: 1, failed: [{ name: 'test_reads', loadFailure: false }] });
  expect(missing(wrong)).toEqual([false]);
  for (const { exitCode } of [absent, wrong]) expect(python.okExitCodes).toContain(exitCode);
});

live('the project’s own pytest configuration and conftest.py count', () => {
  const { report } = run({
    'pyproject.toml': '[tool.pytest.ini_options]\npythonpath = ["lib"]\n',
    'lib/rates.py': 'HALF = 50\n',
    'test/conftest.py':
      'import pytest\n\n\n@pytest.fixture\ndef half():\n    from rates import HALF\n    return HALF\n',
    [implementation]: RIGHT,
    [tests]: `${TESTS}\n\ndef test_half(half):\n    assert cents("0.50") == half\n`,
  });
  expect(report).toEqual({ executed: 2, skipped: 0, failed: [] });
});
