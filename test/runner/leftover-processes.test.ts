import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createRunningGroups, type GroupNote } from '../../src/runner/leftover-processes.js';

let folder: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'running-'));
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** A program as `runProcess` starts it; with `leaves`, one that ends and leaves another in its group. */
async function begin(note: GroupNote, leaves = false): Promise<{ child: ChildProcess; closed: Promise<unknown> }> {
  const script = leaves ? 'sleep 60 & echo up' : 'echo up; sleep 60';
  const env = { PATH: process.env['PATH'], ...note.env };
  const child = spawn('/bin/sh', ['-c', script], { env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  const closed = once(child.stdout, 'close');
  await once(child.stdout, 'data');
  return { child, closed };
}

/** Its output closes when nothing of its group is left. */
const stateOf = ({ closed }: { closed: Promise<unknown> }): Promise<string> =>
  Promise.race([
    closed.then(() => 'ended'),
    new Promise<string>((resolve) => setTimeout(() => resolve('runs'), 2_000)),
  ]);

test('a program whose executor was killed before it noted its number is ended, others are not', async () => {
  const killed = createRunningGroups(folder);
  const [early, other] = [await begin(await killed.note('one')), await begin(await killed.note('two'))];
  await createRunningGroups(folder).endLeftovers('one');
  expect([await stateOf(early), await stateOf(other)]).toEqual(['ended', 'runs']);
  expect(readdirSync(join(folder, 'one'))).toEqual([]);
});

test('what a noted program left in its group is ended after it has ended itself', async () => {
  const note = await createRunningGroups(folder).note('one');
  const program = await begin(note, true);
  await note.started(program.child.pid!);
  if (program.child.exitCode === null) await once(program.child, 'exit');
  await createRunningGroups(folder).endLeftovers('one');
  expect(await stateOf(program)).toBe('ended');
});

test('a lost attempt of the same executor is ended, and forgets its note itself', async () => {
  const groups = createRunningGroups(folder);
  const note = await groups.note('one');
  const program = await begin(note);
  await note.started(program.child.pid!);
  await groups.endLeftovers('one');
  expect(await stateOf(program)).toBe('ended');
  expect(readdirSync(join(folder, 'one'))).toHaveLength(1);
  await note.gone();
  expect(readdirSync(join(folder, 'one'))).toEqual([]);
});
