import { afterEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { MergeRequest } from '../../src/ports/runner.js';
import {
  command,
  commitAll,
  createLab,
  git,
  line,
  node,
  prepared,
  remoteTip,
  testContext,
  writeFiles,
  type Lab,
} from './support/lab.js';

let lab: Lab;
afterEach(() => lab.remove());

const session = (): string => `s-${randomUUID()}`;
const PARENT = 'sw/context-coding/shop-1';

async function parentOf(): Promise<string> {
  const sessionId = session();
  await prepared(lab, { sessionId, branch: PARENT, push: true });
  return sessionId;
}

/** A finished child session that wrote these files. */
async function child(component: string, files: Record<string, string>, parent: string): Promise<MergeRequest> {
  const sessionId = session();
  const branch = `sw/coding/${component.toLowerCase()}-${sessionId.slice(-6)}`;
  const parts = { sessionId, branch, baseBranch: PARENT, remote: lab.remote };
  await prepared(lab, parts);
  writeFiles(lab.workspace(sessionId), files);
  const done = await lab.runner.run(
    command('finalize', { ...parts, files: Object.keys(files) }),
    testContext(sessionId),
  );
  if (done.status !== 'ok') throw new Error(JSON.stringify(done));
  return {
    scope: { accountId: '', projectId: '', userId: '' },
    sessionId: parent,
    commandId: 'spawn',
    child: { sessionId, component, branch },
    remote: lab.remote,
    parentBranch: PARENT,
    push: true,
  };
}

test('children are merged one after the other with the parent’s trailers, pushed, and their workspaces removed', async () => {
  lab = createLab();
  const parent = await parentOf();
  const [cart, order] = await Promise.all([
    child('Cart', { 'src/cart.js': 'c' }, parent),
    child('Order', { 'src/order.js': 'o' }, parent),
  ]);
  const merges = await Promise.all([cart, order].map((one) => lab.runner.merge(one, testContext(parent))));
  expect(merges.every(({ ok }) => ok)).toBe(true);
  const tip = remoteTip(lab, PARENT)!;
  const person = lab.clone();
  expect(
    git(person, 'log', '--first-parent', '--format=%s %(trailers:key=Specwright-Step,valueonly,separator=)', '-2', tip)
      .split('\n')
      .sort(),
  ).toEqual(['Merge Cart merge Cart', 'Merge Order merge Order']);
  expect(git(person, 'ls-tree', '-r', '--name-only', tip)).toBe('README.md\nsrc/cart.js\nsrc/order.js');
  expect(existsSync(lab.workspace(cart.child.sessionId))).toBe(false);
  const later = await child('Late', { 'src/late.js': 'l' }, parent);
  expect(git(lab.workspace(later.child.sessionId), 'ls-files')).toContain('src/order.js');
});

test('a merge repeated, also after a crash between push and the cache, is the same commit', async () => {
  lab = createLab();
  const parent = await parentOf();
  const cart = await child('Cart', { 'src/cart.js': 'c' }, parent);
  const dying = testContext(parent, {
    onProgress: (said) => {
      if (said.startsWith('pushed')) throw new Error('killed');
    },
  });
  await expect(lab.runner.merge(cart, dying)).rejects.toThrow('killed');
  const first = await lab.newRunner().merge(cart, testContext(parent));
  const second = await lab.newRunner().merge(cart, testContext(parent));
  expect(first).toEqual({ ok: true, commit: remoteTip(lab, PARENT) });
  expect(second).toEqual(first);
});

test('a conflict is charged to the later child with its files, and moves nothing', async () => {
  lab = createLab({ 'src/shared.js': 'base\n' });
  const parent = await parentOf();
  const cart = await child('Cart', { 'src/shared.js': 'cart\n' }, parent);
  const order = await child('Order', { 'src/shared.js': 'order\n', 'src/order.js': 'o' }, parent);
  const merged = await lab.runner.merge(cart, testContext(parent));
  const conflict = await lab.runner.merge(order, testContext(parent));
  expect(conflict).toEqual({
    ok: false,
    failure: {
      kind: 'merge_conflict',
      message: 'Order conflicts with what was merged before it: src/shared.js',
      ids: ['src/shared.js'],
      detail: expect.stringContaining('CONFLICT'),
    },
  });
  expect(merged).toEqual({ ok: true, commit: remoteTip(lab, PARENT) });
  expect(existsSync(lab.workspace(order.child.sessionId))).toBe(true);
});

test('a parent that exists only on the remote, or is ahead there, is merged on top of what the remote has', async () => {
  lab = createLab();
  const parent = await parentOf();
  const cart = await child('Cart', { 'src/cart.js': 'c' }, parent);
  const person = lab.clone();
  git(person, 'checkout', '--quiet', PARENT);
  writeFiles(person, { 'note.md': 'by hand' });
  const byHand = commitAll(person, 'by hand');
  git(person, 'push', '--quiet', 'origin', PARENT);
  const merged = await lab.runner.merge(cart, testContext(parent));
  expect(merged.ok && git(lab.clone(), 'rev-parse', `${merged.commit}^1`)).toBe(byHand);
});

test('a refused push leaves the cache as it was, so that the next try starts from the remote', async () => {
  lab = createLab();
  const parent = await parentOf();
  const cart = await child('Cart', { 'src/cart.js': 'c' }, parent);
  writeFiles(lab.remote, { 'hooks/pre-receive': '#!/bin/sh\nexit 1\n' });
  chmodSync(join(lab.remote, 'hooks/pre-receive'), 0o755);
  const refused = await lab.runner.merge(cart, testContext(parent));
  expect(refused).toMatchObject({ ok: false, failure: { kind: 'push_refused' } });
  expect(existsSync(lab.workspace(cart.child.sessionId))).toBe(true);
  rmSync(join(lab.remote, 'hooks/pre-receive'));
  expect(await lab.runner.merge(cart, testContext(parent))).toEqual({ ok: true, commit: remoteTip(lab, PARENT) });
});

test('two executors on one host, and an abandoned lock, do not spoil each other’s work', async () => {
  lab = createLab();
  const parent = await parentOf();
  const children = await Promise.all(
    ['A', 'B', 'C', 'D'].map((name) => child(name, { [`src/${name}.js`]: name }, parent)),
  );
  const cache = join(lab.root, 'cache');
  const name = readdirSync(cache).find((one) => one.endsWith('.git'));
  writeFiles(cache, { [`${name}.lock`]: JSON.stringify({ host: hostname(), pid: 2 ** 22 + 1, instance: 'x' }) });
  const runners = [lab.newRunner(), lab.newRunner()];
  const merges = await Promise.all(children.map((one, index) => runners[index % 2]!.merge(one, testContext(parent))));
  expect(merges.map(({ ok }) => ok)).toEqual([true, true, true, true]);
  expect(git(lab.clone(), 'ls-tree', '--name-only', remoteTip(lab, PARENT)!, 'src/')).toBe(
    'src/A.js\nsrc/B.js\nsrc/C.js\nsrc/D.js',
  );
});

test('the check runs on the merged branch, not on what lies in the workspace, and charges each component its own', async () => {
  lab = createLab({
    'package.json': '{"type":"module"}',
    'test/cart.test.js':
      'import test from "node:test"; import { cart } from "../src/cart.js"; test("cart", () => { if (!cart) throw new Error("no"); });',
    'test/order.test.js': 'import test from "node:test"; test("order", () => { throw new Error("red"); });',
  });
  const parent = await parentOf();
  const cart = await child('Cart', { 'src/cart.js': 'export const cart = 1;' }, parent);
  await lab.runner.merge(cart, testContext(parent));
  writeFiles(lab.workspace(parent), { 'src/cart.js': 'export const cart = 0;', 'src/stray.js': 'x' });
  const report = (name: string): string => `.specwright/reports/${name}.xml`;
  const tests = (name: string): ReturnType<typeof line> =>
    line([
      process.execPath,
      '--test',
      '--test-reporter=junit',
      `--test-reporter-destination=${report(name)}`,
      `test/${name}.test.js`,
    ]);
  const spawn = command('spawn_children', {
    sessionId: parent,
    branch: PARENT,
    remote: lab.remote,
    script: [tests('order'), tests('cart'), node('process.exit(5)')],
    expects: {
      files: [
        { path: 'src/cart.js', why: '' },
        { path: 'src/stray.js', why: '' },
      ],
      testReports: ['cart', 'order'].map((name) => ({
        path: report(name),
        output: `report-${name}`,
        component: name,
        testFile: `test/${name}.test.js`,
      })),
    },
  });
  const context = testContext(parent);
  const result = await lab.runner.check(spawn, context);
  expect([result.status, result.data?.['exitCodes']]).toEqual(['ok', { cart: 0, order: 1, 'line 3': 5 }]);
  expect(result.evidence?.files?.map(({ path }) => path)).toEqual(['src/cart.js']);
  expect(context.text('report-cart')).toContain('<testcase name="cart"');
  expect(context.text('report-order')).toContain('red');
  expect(result.outputs?.map(({ name }) => name).sort()).toEqual(['report-cart', 'report-order']);
});

test('a check that cannot run is a warning naming its component; the others still run', async () => {
  lab = createLab();
  const parent = await parentOf();
  const testReports = ['slow', 'quick'].map((name) => ({
    path: `r/${name}.xml`,
    output: name,
    component: name,
    testFile: 'x',
  }));
  const spawn = command('spawn_children', {
    sessionId: parent,
    branch: PARENT,
    remote: lab.remote,
    expects: { testReports },
    script: [
      { ...node('setInterval(() => {}, 1000)'), timeoutMs: 500 },
      node('import fs from "node:fs"; fs.writeFileSync("r/quick.xml", "<testsuites/>")'),
    ],
  });
  const context = testContext(parent);
  const result = await lab.runner.check(spawn, context);
  expect(result).toMatchObject({
    status: 'warning',
    failure: { kind: 'timed_out', ids: ['slow'] },
    data: { exitCodes: { slow: null, quick: 0 } },
  });
  expect(context.text('quick')).toBe('<testsuites/>');
});
