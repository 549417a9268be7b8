import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import type { CliEnvironment } from '../../src/surfaces/cli/environment.js';
import { runCli } from '../../src/surfaces/cli/program.js';

async function script(shell: string): Promise<{ code: number; out: string }> {
  let out = '';
  const environment = { out: (text: string) => void (out += text), note: () => undefined } as unknown as CliEnvironment;
  return { code: await runCli(['completion', shell], environment), out };
}

/** What bash itself would offer. */
function offered(text: string, ...words: readonly string[]): readonly string[] {
  const line = `${text}\nCOMP_WORDS=(${words.map((word) => `"${word}"`).join(' ')}); COMP_CWORD=${words.length - 1}; _specwright; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', line], { encoding: 'utf8' }).trim().split('\n');
}

test('bash completes commands, their choices and their options', async () => {
  const { out } = await script('bash');
  expect(offered(out, 'specwright', 'sta')).toEqual(['start']);
  expect(offered(out, 'specwright', 'start', 'contextD')).toEqual(['contextDesign']);
  expect(offered(out, 'specwright', 'decide', 'id', 'e')).toEqual(['extend']);
  expect(offered(out, 'specwright', 'project', 'apply', '--pr')).toEqual(['--prune']);
});

test('every shell gets a script with every command, and an unknown one is refused', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, out } = await script(shell);
    expect(code).toBe(0);
    for (const command of ['up', 'demo', 'start', 'purge', 'export']) expect(out).toContain(command);
  }
  expect((await script('tcsh')).code).toBe(2);
});
