import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { loadConfig } from '../../src/config.js';
import type { Result } from '../../src/domain/result.js';
import type { RunnerOptions } from '../../src/runner/runner.js';
import { startFakeForge, type FakeForge } from './support/fake-forge.js';
import {
  command,
  createLab,
  git,
  node,
  prepared,
  remoteTip,
  testContext,
  writeFiles,
  type CommandParts,
  type Lab,
  type TestContext,
} from './support/lab.js';

const TOKEN = 'canary-4f9d1c-token';
/** Patient enough for a busy machine, quick enough for a test. */
const QUICK = { requestTimeoutMs: 1_500, pauseMs: 5 };
const TEXT = { title: 'Implement Cart', body: 'What it does.\n\n- one\n- two\n' };

describe.each(['github', 'gitlab'] as const)('Finalize on %s, with real git', (type) => {
  let fake: FakeForge;
  let lab: Lab | null = null;
  beforeEach(async () => {
    fake = await startFakeForge(type, TOKEN);
  });
  afterEach(async () => {
    await fake.close();
    lab?.remove();
    lab = null;
  });

  const sessionId = () => `s-${randomUUID()}`;
  const options = (): Partial<RunnerOptions> => ({
    forgeTokens: { github: null, gitlab: null, [type]: TOKEN },
    forgeOrigins: [new URL(fake.forge.apiUrl).origin],
    forgeLimits: QUICK,
  });
  async function ready(): Promise<{ parts: CommandParts; baseSha: string; lab: Lab }> {
    const made = (lab = createLab(undefined, options()));
    fake.tip = (branch) => remoteTip(made, branch);
    const id = sessionId();
    const parts = { sessionId: id, branch: `sw/coding/${id}`, push: true, remote: made.remote, files: ['src/a.js'] };
    const { baseSha } = (await prepared(made, parts)).evidence!.git!;
    writeFiles(made.workspace(id), { 'src/a.js': 'a\n' });
    return { parts: { ...parts, pullRequest: { forge: fake.forge, ...TEXT } }, baseSha: baseSha!, lab: made };
  }
  function expectOneOfEach(made: Lab, branch: string, baseSha: string, result: Result): void {
    const { git: facts, pullRequest } = result.evidence!;
    const tip = remoteTip(made, branch);
    expect([result.status, facts?.commit, facts?.remoteSha, pullRequest?.headSha]).toEqual(['ok', tip, tip, tip]);
    expect(git(made.clone(), 'rev-list', '--count', `${baseSha}..origin/${branch}`)).toBe('1');
    expect(fake.pulls).toEqual([{ number: 7, branch, base: 'main', ...TEXT, state: 'open' }]);
  }
  const shown = (result: Result, context: TestContext) =>
    JSON.stringify([result, context.lines, [...context.outputs.values()].map(String)]);

  test('the pull request is in the evidence, and nothing anywhere holds the token', async () => {
    const { parts, baseSha, lab: made } = await ready();
    const context = testContext(parts.sessionId);
    const result = await made.runner.run(command('finalize', parts), context);
    expectOneOfEach(made, parts.branch, baseSha, result);
    expect(shown(result, context)).not.toContain(TOKEN);
    const print = node('console.log(JSON.stringify(process.env))');
    const printing = testContext(parts.sessionId);
    const printed = await made.runner.run(command('run_tests', { ...parts, script: [print] }), printing);
    expect([printed.status, [...printing.outputs.values()].join('')]).toEqual(['ok', expect.stringContaining('PATH')]);
    expect(shown(printed, printing)).not.toContain(TOKEN);
  });

  test('a title or body with a known secret is masked before it is published', async () => {
    const { parts, lab: made } = await ready();
    const body = `see ${TOKEN} and hunter22`;
    const finalize = command('finalize', { ...parts, pullRequest: { forge: fake.forge, title: 'T', body } });
    await made.newRunner({ secrets: ['hunter22'] }).run(finalize, testContext(parts.sessionId));
    expect(fake.pulls[0]!.body).toBe('see *** and ***');
  });

  test('without pull request metadata no forge is called', async () => {
    const { parts, lab: made } = await ready();
    const result = await made.runner.run(
      command('finalize', { ...parts, pullRequest: null }),
      testContext(parts.sessionId),
    );
    expect([result.status, result.evidence?.pullRequest, fake.calls]).toEqual(['ok', undefined, []]);
  });

  test('what the forge refuses leaves the commit and the push in the evidence, to be done again', async () => {
    const { parts, baseSha, lab: made } = await ready();
    const finalize = command('finalize', parts);
    fake.fault = () => ({ status: 404, body: { message: `no ${TOKEN}` } });
    const context = testContext(parts.sessionId);
    const refused = await made.runner.run(finalize, context);
    expect([refused.status, refused.failure?.kind]).toEqual(['warning', 'forge_error']);
    expect(refused.evidence?.git?.remoteSha).toBe(remoteTip(made, parts.branch));
    expect(shown(refused, context)).not.toContain(TOKEN);
    const none = { forgeTokens: { github: null, gitlab: null } };
    const without = await made.newRunner(none).run(finalize, testContext(parts.sessionId));
    expect([without.status, without.failure?.kind]).toEqual(['error', 'not_authorized']);
    fake.fault = () => null;
    const result = await made.runner.run(finalize, testContext(parts.sessionId));
    expectOneOfEach(made, parts.branch, baseSha, result);
  });

  test.each([
    [1, 'drop'],
    [2, 'drop'],
    [2, 'drop-after'],
    [3, 'drop'],
  ] as const)(
    'killed at forge call %d (%s) and run again: one commit, one tip, one pull request',
    async (at, fault) => {
      const { parts, baseSha, lab: made } = await ready();
      const finalize = command('finalize', parts);
      const killed = new AbortController();
      const crash = new Error('the executor was killed here');
      fake.fault = (n) => {
        if (n !== at) return null;
        killed.abort(crash);
        return fault;
      };
      const dying = testContext(parts.sessionId, { signal: killed.signal });
      await expect(made.runner.run(finalize, dying)).rejects.toBe(crash);
      expect([fake.calls.length, fake.pulls.length]).toEqual([at, at === 3 || fault === 'drop-after' ? 1 : 0]);
      const result = await made.newRunner().run(finalize, testContext(parts.sessionId));
      expectOneOfEach(made, parts.branch, baseSha, result);
      expect(await made.newRunner().run(finalize, testContext(parts.sessionId))).toMatchObject({
        evidence: result.evidence,
      });
    },
  );

  test.each(['committed', 'pushed', 'opening', 'pull request'])(
    'killed when it said "%s" and run again: one commit, one tip, one pull request',
    async (phase) => {
      const { parts, baseSha, lab: made } = await ready();
      const crash = new Error('the executor was killed here');
      const dying = testContext(parts.sessionId, {
        onProgress: (said) => {
          if (said.startsWith(phase)) throw crash;
        },
      });
      await expect(made.runner.run(command('finalize', parts), dying)).rejects.toBe(crash);
      const result = await made.newRunner().run(command('finalize', parts), testContext(parts.sessionId));
      expectOneOfEach(made, parts.branch, baseSha, result);
    },
  );
});

test('the tokens are read from the environment, masked, and passed on only when they are named', () => {
  const env = { PATH: '/bin', GITHUB_TOKEN: TOKEN, GITLAB_TOKEN: `${TOKEN}-2` };
  const config = loadConfig({
    ...env,
    SPECWRIGHT_FORGE_ORIGINS: 'https://git.example.com/api/v4, http://10.0.0.1:8080',
  });
  expect(config.forgeTokens).toEqual({ github: TOKEN, gitlab: `${TOKEN}-2` });
  expect(config.forgeOrigins).toEqual(['https://git.example.com', 'http://10.0.0.1:8080']);
  expect(config.secrets).toEqual(expect.arrayContaining([TOKEN, `${TOKEN}-2`]));
  expect(JSON.stringify([config.commandEnv, config.gitEnv])).not.toContain(TOKEN);
  expect(loadConfig({ ...env, SPECWRIGHT_COMMAND_ENV: 'GITHUB_TOKEN' }).commandEnv['GITHUB_TOKEN']).toBe(TOKEN);
  expect(loadConfig({})).toMatchObject({ forgeTokens: { github: null, gitlab: null }, forgeOrigins: [] });
  expect(() => loadConfig({ GITHUB_TOKEN: 'two words', SPECWRIGHT_FORGE_ORIGINS: 'git.example.com' })).toThrow(
    /GITHUB_TOKEN holds a blank[\s\S]*SPECWRIGHT_FORGE_ORIGINS is not a list/,
  );
});
