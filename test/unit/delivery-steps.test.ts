import { expect, test } from '@jest/globals';
import { SESSION_TYPES } from '../../src/domain/session-types/catalog.js';
import { offeredTo } from '../../src/domain/offer.js';
import { COMMAND_KINDS } from '../../src/domain/command.js';
import { EXECUTION_MODES } from '../../src/domain/session.js';
import type { FinalizeMetadata } from '../../src/domain/command.js';
import { pullRequestText } from '../../src/prompts/pull-request.js';
import { STEPS } from '../../src/steps/catalog.js';
import { child, commandOf, component, componentFacts, contextFacts, files, judged, SHA } from './facts.js';

const root = contextFacts({ children: [child('Cart'), child('Price')] });
const childSession = componentFacts({ session: { parent: { sessionId: 'p', branch: 'sw/context-coding/shop-1' } } });
const BRANCH = 'sw/context-coding/shop-1';
const delivered = files('src/shop/cart.js', 'src/shop/price.js');

test('the catalog has every step of the types that can be started, under its own name', () => {
  const needed = Object.values(SESSION_TYPES).flatMap(({ steps }) => steps);
  expect(needed.filter((step) => STEPS[step] === undefined)).toEqual([]);
  expect(Object.entries(STEPS).filter(([name, step]) => step.name !== name)).toEqual([]);
});

test('every script is argv alone: no line goes through a shell', () => {
  for (const facts of [root, contextFacts({ session: { executorQueue: null } }), componentFacts(), childSession]) {
    for (const step of SESSION_TYPES[facts.session.type].steps) {
      const lines = commandOf(step, facts).script;
      expect(
        lines.map(({ argv }) => argv[0]).filter((program) => !['git', 'node', 'agent'].includes(program!)),
      ).toEqual([]);
      expect(lines.every(({ timeoutMs }) => timeoutMs > 0)).toBe(true);
    }
  }
});

test('Initialize starts a root from the default branch and pushes it, a child from the parent branch without a push', () => {
  expect(commandOf('Initialize', root).metadata).toMatchObject({ baseBranch: 'main', push: true });
  expect(commandOf('Initialize', childSession).metadata).toMatchObject({ baseBranch: BRANCH, push: false });
});

test('Initialize is ok only with evidence of its own branch and of a full base SHA, which the session keeps', () => {
  const git = { branch: BRANCH, baseSha: SHA };
  const initialized = (evidence: object) => judged('Initialize', root, { status: 'ok', evidence });
  expect(initialized({ git })).toEqual({ status: 'ok', patch: { branch: BRANCH, baseSha: SHA } });
  for (const wrong of [
    {},
    { git: { branch: BRANCH } },
    { git: { ...git, branch: 'main' } },
    { git: { ...git, baseSha: 'abc' } },
  ]) {
    expect(initialized(wrong)).toMatchObject({ status: 'error', failure: { kind: 'invalid_output' } });
  }
});

test('Finalize of a root is ok only when the remote was read back at the very commit', () => {
  const finalized = (git: object) => judged('Finalize', root, { status: 'ok', evidence: { ...delivered, git } });
  const verdict = finalized({ commit: SHA, remoteSha: SHA });
  expect(verdict).toMatchObject({
    status: 'ok',
    patch: { commit: SHA, remoteSha: SHA, pullRequest: { title: 'Implement Shop' } },
  });
  expect(finalized({ commit: SHA })).toMatchObject({ status: 'error', failure: { kind: 'push_refused' } });
  expect(finalized({ commit: SHA, remoteSha: 'c'.repeat(40) })).toMatchObject({
    status: 'error',
    failure: { kind: 'push_refused' },
  });
  expect(finalized({ commit: 'HEAD' })).toMatchObject({ status: 'error', failure: { kind: 'invalid_output' } });
});

test('with a forge a delivery is complete only when its pull request was seen with that commit', () => {
  const forge = { type: 'github', apiUrl: 'https://api.github.com', repository: 'acme/shop' } as const;
  const facts = contextFacts({ children: root.children, project: { ...root.project, forge } });
  const git = { commit: SHA, remoteSha: SHA };
  const finalized = (pullRequest?: object) =>
    judged('Finalize', facts, {
      status: 'ok',
      evidence: { ...delivered, git, ...(pullRequest && { pullRequest }) } as object,
    });
  const seen = { url: 'https://x/1', number: 1, state: 'open', headSha: SHA };
  expect(finalized(seen)).toMatchObject({ status: 'ok', patch: { pullRequest: { url: 'https://x/1', number: 1 } } });
  for (const wrong of [undefined, { ...seen, state: 'closed' }, { ...seen, headSha: 'c'.repeat(40) }]) {
    expect(finalized(wrong)).toMatchObject({ status: 'error', failure: { kind: 'forge_error' } });
  }
  const { pullRequest } = commandOf('Finalize', facts).metadata as FinalizeMetadata;
  expect(pullRequest).toMatchObject({ forge });
  expect(pullRequest!.body).toContain(`(https://github.com/acme/shop/blob/${BRANCH}/src/shop/cart.js)`);
});

test('Finalize of a child needs its commit and its file, and pushes nothing', () => {
  const finalized = (evidence: object) => judged('Finalize', childSession, { status: 'ok', evidence });
  expect(finalized({ ...files('src/shop/cart.js'), git: { commit: SHA } })).toEqual({
    status: 'ok',
    patch: { commit: SHA },
  });
  expect(finalized({ git: { commit: SHA } })).toMatchObject({
    failure: { kind: 'missing_files', ids: ['src/shop/cart.js'] },
  });
  expect(commandOf('Finalize', childSession).script.filter(({ argv }) => argv.includes('push'))).toEqual([]);
});

test('Finalize stages exactly the files of the components, signed with the session and the step', () => {
  const { script, metadata } = commandOf('Finalize', root);
  expect(metadata).toMatchObject({
    files: ['src/shop/cart.js', 'src/shop/price.js'],
    trailers: { session: 'session-1' },
  });
  const argv = script.map((line) => line.argv);
  expect(argv).toContainEqual(['git', 'add', '--', 'src/shop/cart.js', 'src/shop/price.js']);
  expect(argv.flat()).toContain('--trailer=Specwright-Session: session-1');
  expect(argv.flat().filter((word) => /^(--force.*|-f|\+.*)$/.test(word))).toEqual([]);
});

test('what came after the children were in, or was waived, is not delivered, and the text says what nobody checked', () => {
  const waivers = [{ component: 'Price', userId: 'ops', reason: 'later, @team | #1' }];
  const facts = contextFacts({
    components: [component('Cart'), component('Late'), component('Price')],
    children: [child('Cart'), child('Price', { failure: { kind: 'tests_failed', message: 'no' } }), child('Gone')],
    session: { waivers },
  });
  expect((commandOf('Finalize', facts).metadata as FinalizeMetadata).files).toEqual(['src/shop/cart.js']);
  const { body } = pullRequestText(facts, { branch: 'b', baseBranch: 'main', files: ['src/shop/cart.js'] });
  expect(body).toContain('- Price: `later, @team #1`, decided by `ops`');
  expect(body).toMatch(/not approved[^]*No longer in the project, and not checked:\n\n- Gone/);
  expect(body).not.toContain('Every document');
});

test('an agent that ended badly, or did not write its file, is an error that says so', () => {
  const generated = (result: object) => judged('GenerateImplementation', componentFacts(), { status: 'ok', ...result });
  expect(generated({ evidence: files('src/shop/cart.js') })).toEqual({ status: 'ok', patch: {} });
  expect(generated({})).toMatchObject({
    status: 'error',
    failure: { kind: 'missing_files', ids: ['src/shop/cart.js'] },
  });
  expect(generated({ exitCode: 2 })).toMatchObject({ status: 'error', failure: { kind: 'agent_failed' } });
});

test('who gets a command: manual everything to clients, auto the agent’s alone, agentic nothing; no executor, all', () => {
  const offered = (queue: string | null) =>
    EXECUTION_MODES.map((mode) => COMMAND_KINDS.filter((kind) => offeredTo(kind, mode, queue) === 'client'));
  const all = COMMAND_KINDS.filter((kind) => kind !== 'spawn_children');
  expect(offered('here')).toEqual([all, ['agent'], []]);
  expect(offered(null)).toEqual([all, all, all]);
});
