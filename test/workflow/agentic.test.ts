import { afterEach, expect, test } from '@jest/globals';
import { gitIn } from '../support/example.js';
import { recordHistory } from '../support/record-history.js';
import { createRig, type Rig } from '../support/rig.js';

let rig: Rig;
afterEach(() => rig.end());

test('an agentic context is coded, a failing test fixed on the way, merged, pushed and read back', async () => {
  rig = await createRig('agentic context');
  const id = await rig.start({ sessionType: 'contextCoding', mode: 'agentic', executorQueue: rig.executorQueue });
  const outcome = await rig.client.result(id);
  expect(outcome.status).toBe('complete');
  await recordHistory(rig, id, 'contextCoding.agentic');
  const fixed = outcome.children.find(({ fixRounds }) => fixRounds === 1)!;
  await recordHistory(rig, fixed.sessionId, 'componentCoding.agentic');
  expect(outcome.children.map(({ component, attempts, fixRounds }) => ({ component, attempts, fixRounds }))).toEqual(
    expect.arrayContaining([
      { component: 'Money', attempts: 1, fixRounds: 0 },
      { component: 'Invoice', attempts: 1, fixRounds: 1 },
      { component: 'Receipt', attempts: 1, fixRounds: 0 },
    ]),
  );
  const tip = gitIn(rig.example.remote, 'rev-parse', outcome.branch!);
  expect(tip).toBe(outcome.remoteSha);
  expect(gitIn(rig.example.remote, 'ls-tree', '-r', '--name-only', tip, 'src')).toBe(
    'src/billing/invoice.js\nsrc/billing/money.js\nsrc/billing/receipt.js',
  );
  const branches = gitIn(rig.example.remote, 'for-each-ref', '--format=%(refname:short)', 'refs/heads');
  expect(branches.split('\n').sort()).toEqual(['main', outcome.branch!].sort());
});

test('dependents start only after what they depend on is merged', async () => {
  rig = await createRig('dependency order');
  const id = await rig.start({ sessionType: 'contextCoding', mode: 'agentic', executorQueue: rig.executorQueue });
  const { children } = await rig.client.result(id);
  const events = async (component: string) => {
    const { sessionId } = children.find((child) => child.component === component)!;
    return (await rig.reader.get(rig.scope, sessionId))!;
  };
  const [money, invoice] = [await events('Money'), await events('Invoice')];
  expect(Date.parse(invoice.interactions[0]!.openedAt)).toBeGreaterThan(Date.parse(money.closedAt!));
});
