import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import type { Next } from '../../src/client.js';
import { findTemporalCli } from '../../src/dev/temporal-cli.js';
import { gitIn } from '../support/example.js';
import { eventually, ManualClient } from '../support/manual-client.js';
import { createRig, type Rig } from '../support/rig.js';

let rig: Rig;
afterEach(() => rig.end());

test('a whole manual session is driven with nothing but the Temporal CLI: start, query, signal', async () => {
  rig = await createRig('temporal cli only', { workers: ['session'] });
  const program = await findTemporalCli(rig.config, () => {});
  // The worker runs in this process: a call that blocked it would wait for itself.
  const temporal = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)(program, [...args, '--address', rig.address], { timeout: 30_000 })).stdout;
  const id = randomUUID();
  const input = { scope: rig.scope, sessionType: 'componentCoding', context: 'Billing', component: 'Money' };
  const start = ['--workflow-id', id, '--type', 'componentCoding', '--task-queue', rig.config.taskQueue];
  await temporal('workflow', 'start', ...start, '--input', JSON.stringify(input));
  const person = new ManualClient(rig.example, rig.config.dataDir);
  const next = async (): Promise<Next> => {
    const answer = JSON.parse(
      await temporal('workflow', 'query', '--workflow-id', id, '--type', 'nextCommand', '--output', 'json'),
    ) as {
      queryResult: [Next];
    };
    return answer.queryResult[0];
  };
  const steps: string[] = [];
  for (let done = false; !done;) {
    const seen = await eventually(async () => {
      const now = await next();
      return now.kind !== 'wait' && now.kind + (now.kind === 'command' ? now.command.id : '') !== steps.at(-1) && now;
    }, 'the next command');
    if (seen.kind === 'done') done = true;
    if (seen.kind !== 'command') continue;
    steps.push(seen.kind + seen.command.id);
    const report = JSON.stringify(person.carryOut(seen.command));
    await temporal('workflow', 'signal', '--workflow-id', id, '--name', 'reportResult', '--input', report);
  }
  expect(person.seen.map(({ step }) => step)).toEqual(['Initialize', 'GenerateImplementation', 'RunTests', 'Finalize']);
  const outcome = await rig.client.result(id);
  expect(outcome.status).toBe('complete');
  expect(gitIn(rig.example.remote, 'rev-parse', outcome.branch!)).toBe(outcome.remoteSha);
});
