import { expect, test } from '@jest/globals';
import type { CliEnvironment } from '../../src/surfaces/cli/environment.js';
import { EXIT } from '../../src/surfaces/cli/errors.js';
import { runCli } from '../../src/surfaces/cli/program.js';

async function help(...command: readonly string[]) {
  const seen = { stdout: '', stderr: '' };
  const environment: Partial<CliEnvironment> = {
    isTerminal: false,
    out: (text) => void (seen.stdout += text),
    note: (text) => void (seen.stderr += text),
  };
  const code = await runCli([...command, '--help'], environment as CliEnvironment);
  return { code, ...seen };
}

/** The codes that stand, each with what it means, at the very end. */
function codesIn(text: string): readonly number[] {
  const [, list = ''] = /^Exit codes.*:\n((?: {2}\d {2}\S.*\n)+)$/m.exec(text) ?? [];
  expect(text.endsWith(list)).toBe(true);
  return list.split('\n').flatMap((line) => (line === '' ? [] : [Number(line.trim()[0])]));
}

test.each([
  ['', Object.values(EXIT)],
  ['work', Object.values(EXIT)],
  ['doctor', [EXIT.ok, EXIT.failed, EXIT.usage]],
  ['mirror verify', [EXIT.ok, EXIT.failed, EXIT.refused]],
])('the help of `specwright %s` lists the exit codes', async (command, codes) => {
  const { code, stdout, stderr } = await help(...command.split(' ').filter((word) => word !== ''));
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`Usage: specwright ${command}`);
  expect(codesIn(stdout)).toEqual(codes);
  expect(stdout).not.toContain('\u001b');
});
