import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PullRequestEvidence } from '../../src/domain/evidence.js';
import type { Forge } from '../../src/domain/forge.js';
import type { ForgeAccess } from '../../src/runner/forges/forge-access.js';
import { FORGE_LIMITS } from '../../src/runner/forges/limits.js';
import { openPullRequest } from '../../src/runner/forges/open-pull-request.js';
import { WorkFailed } from '../../src/runner/work-failed.js';
import { startFakeForge, type FakeForge } from './support/fake-forge.js';

const TOKEN = 'canary-4f9d1c-token';
const COMMIT = 'c'.repeat(40);
const OTHER = 'd'.repeat(40);
const BRANCH = 'sw/coding/cart-1';
/** Patient enough for a busy machine, quick enough for a test. */
const QUICK = { ...FORGE_LIMITS, requestTimeoutMs: 1_500, pauseMs: 5 };
const TEXT = { title: 'Implement Cart', body: 'What it does.\n\n- one\n- two\n' };

describe.each(['github', 'gitlab'] as const)('%s', (type) => {
  let fake: FakeForge;
  beforeEach(async () => {
    fake = await startFakeForge(type, TOKEN);
    fake.tip = () => COMMIT;
  });
  afterEach(() => fake.close());

  const access = (more: Partial<ForgeAccess> = {}): ForgeAccess => ({
    tokens: { github: null, gitlab: null, [type]: TOKEN },
    origins: [new URL(fake.forge.apiUrl).origin],
    limits: QUICK,
    ...more,
  });
  const open = (
    more: Partial<ForgeAccess> = {},
    { forge = fake.forge, signal = new AbortController().signal }: { forge?: Forge; signal?: AbortSignal } = {},
  ): Promise<PullRequestEvidence> =>
    openPullRequest(forge, { ...TEXT, branch: BRANCH, baseBranch: 'main', commit: COMMIT }, access(more), {
      signal,
      progress: () => {},
    });
  /** The failure it ends with; nothing about an error may show the token. */
  const failure = async (work: Promise<unknown>) => {
    const error: unknown = await work.then(
      () => new Error('it succeeded'),
      (thrown: unknown) => thrown,
    );
    expect(`${JSON.stringify(error)} ${String((error as Error).stack)}`).not.toContain(TOKEN);
    if (!(error instanceof WorkFailed)) throw error;
    return error.failure;
  };
  const writes = () => fake.calls.filter((call) => !call.startsWith('GET '));

  test('a pull request is created once, with its text, and told as it is read back', async () => {
    const first = await open();
    expect(first).toEqual({ url: expect.stringContaining('/7'), number: 7, state: 'open', headSha: COMMIT });
    expect(await open()).toEqual(first);
    expect(fake.pulls).toEqual([{ number: 7, branch: BRANCH, base: 'main', ...TEXT, state: 'open' }]);
    expect(writes()).toHaveLength(1);
    expect(fake.authorizations.every((given) => given === `Bearer ${TOKEN}`)).toBe(true);
  });

  test('one that is open already gets the title and the body of now', async () => {
    fake.add({ branch: BRANCH, title: 'old', body: 'old' });
    expect((await open()).number).toBe(7);
    expect(fake.pulls).toMatchObject([{ number: 7, ...TEXT }]);
    expect(writes()).toHaveLength(1);
    fake.pulls[0]!.body = TEXT.body.trim().replaceAll('\n', '\r\n');
    await open();
    expect(writes()).toHaveLength(1);
  });

  test('closed ones, those of forks, of other branches and into other bases are not taken for it', async () => {
    fake.add({ branch: BRANCH, state: 'closed', head: COMMIT });
    fake.add({ branch: BRANCH, state: 'merged', head: OTHER });
    fake.add({ branch: BRANCH, fork: true });
    fake.add({ branch: `${BRANCH}0` });
    fake.add({ branch: BRANCH, base: 'release' });
    const before = structuredClone(fake.pulls);
    expect(await open()).toMatchObject({ number: 12, state: 'open' });
    expect(fake.pulls.slice(0, 5)).toEqual(before);
  });

  test('it is found among any number of newer ones of other branches', async () => {
    fake.add({ branch: BRANCH, ...TEXT });
    for (let n = 0; n < 40; n += 1) fake.add({ branch: `sw/coding/other-${n}` });
    expect((await open()).number).toBe(7);
    expect(writes()).toEqual([]);
  });

  test('one that was merged with this very commit is the one that was delivered', async () => {
    fake.add({ branch: BRANCH, state: 'merged', head: COMMIT });
    expect(await open()).toMatchObject({ number: 7, state: 'merged', headSha: COMMIT });
    expect([fake.pulls.length, writes()]).toEqual([1, []]);
  });

  test('when somebody else creates it between the look and the creation, theirs is found', async () => {
    fake.fault = (_n, call) => {
      if (call.startsWith('POST') && fake.pulls.length === 0) fake.add({ branch: BRANCH });
      return null;
    };
    expect((await open()).number).toBe(7);
    expect(fake.pulls).toMatchObject([{ number: 7, ...TEXT }]);
  });

  test.each(['hang-after', 'drop-after', 'drop', 'bad-gateway-after'] as const)(
    'a creation that ends with "%s" leads to one pull request',
    async (kind) => {
      const fault = kind === 'bad-gateway-after' ? { status: 502, body: '<html>', done: true as const } : kind;
      let times = 0;
      fake.fault = (_n, call) => (call.startsWith('POST') && (times += 1) === 1 ? fault : null);
      expect(await open({ limits: { ...QUICK, requestTimeoutMs: 300 } })).toMatchObject({ number: 7, headSha: COMMIT });
      expect([fake.pulls.length, times]).toEqual([1, kind === 'drop' ? 2 : 1]);
    },
  );

  test('a creation that is refused for another reason is a failure with what the forge said', async () => {
    const body = { message: 'Validation Failed', errors: [{ message: `No commits between main and it ${TOKEN}` }] };
    fake.fault = (_n, call) => (call.startsWith('POST') ? { status: type === 'github' ? 422 : 409, body } : null);
    const { kind, message, detail } = await failure(open());
    expect([kind, message]).toEqual(['forge_error', expect.stringMatching(/refused it with 4\d\d \(POST \/\S+\)$/)]);
    expect(detail).toContain('No commits between main and it ***');
  });

  test.each(['drop', 'drop-after', 'unavailable'] as const)(
    'whichever call ends with "%s", it is mended by itself',
    async (kind) => {
      const fault = kind === 'unavailable' ? { status: 503 } : kind;
      for (const [at, there] of [1, 2, 3].flatMap((n) => [[n, 'closed'] as const, [n, 'open'] as const])) {
        fake.pulls.length = 0;
        fake.calls.length = 0;
        fake.add({ branch: BRANCH, title: 'old', state: there });
        fake.fault = (n) => (n === at ? fault : null);
        expect(await open()).toMatchObject({ number: there === 'open' ? 7 : 8, headSha: COMMIT });
        expect(fake.pulls.map(({ state }) => state)).toEqual(there === 'open' ? ['open'] : ['closed', 'open']);
        expect(fake.pulls.at(-1)).toMatchObject(TEXT);
      }
    },
  );

  test('a forge that is down is a failure that names the call', async () => {
    fake.fault = () => ({ status: 503, body: 'down' });
    expect((await failure(open())).message).toMatch(/answered 503 \(GET \/\S+\)$/);
    expect(fake.calls).toHaveLength(QUICK.tries);
    fake.fault = () => 'hang-after';
    const slow = await failure(open({ limits: { ...QUICK, requestTimeoutMs: 50 } }));
    expect(slow.message).toMatch(/gave no answer within 50 ms \(GET /);
    const nobody = await nobodyLike(fake.forge);
    const refused = await failure(open({ origins: [nobody.apiUrl] }, { forge: nobody }));
    expect(refused).toMatchObject({
      kind: 'forge_error',
      message: expect.stringMatching(/failed with ECONNREFUSED \(GET /),
    });
  });

  test('no pause is begun that would end after the time for all of it', async () => {
    fake.fault = () => ({ status: 503 });
    const startedAt = Date.now();
    await failure(open({ limits: { ...QUICK, pauseMs: 60_000, totalMs: 1_000 } }));
    expect([fake.calls.length, Date.now() - startedAt < 5_000]).toEqual([1, true]);
  });

  test('what a person has to mend is said with the variable and the permission, at once', async () => {
    const variable = type === 'github' ? /GITHUB_TOKEN.*scope `repo`/ : /GITLAB_TOKEN.*scope `api`/;
    for (const status of [401, 403, 404]) {
      fake.calls.length = 0;
      fake.fault = () => ({ status, body: { message: `you sent Bearer ${TOKEN}` } });
      const { kind, message, detail } = await failure(open());
      expect([kind, detail, fake.calls.length]).toEqual(['forge_error', 'you sent Bearer ***', 1]);
      expect(message).toMatch(variable);
      expect(message).toContain(`answered ${status}`);
      expect(message).toContain('(GET /');
    }
    fake.fault = () => null;
    const elsewhere = { ...fake.forge, repository: 'acme/nothing' };
    expect((await failure(open({}, { forge: elsewhere }))).message).toMatch(/answered 404: no such repository/);
  });

  test('a short rate limit is waited for, a long one is a failure that names the time', async () => {
    const soon = Math.ceil(Date.now() / 1_000) + 1;
    const limits = [
      { status: 429, headers: { 'retry-after': '1' } },
      type === 'github'
        ? { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(soon) } }
        : { status: 429, headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': String(soon) } },
    ];
    const startedAt = Date.now();
    fake.fault = (n) => limits[n - 1] ?? null;
    expect((await open()).number).toBe(7);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(900);
    fake.calls.length = 0;
    const hour = new Date((soon + 3_600) * 1_000).toISOString();
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(soon + 3_600) };
    fake.fault = () => ({ status: 403, headers });
    expect((await failure(open())).message).toContain(`until ${hour}`);
    expect(fake.calls).toHaveLength(1);
  });

  test('a creation that met a rate limit is not made twice', async () => {
    let times = 0;
    fake.fault = (_n, call) =>
      call.startsWith('POST') && (times += 1) === 1 ? { status: 429, headers: { 'retry-after': '0' } } : null;
    await open();
    expect([fake.pulls.length, times]).toEqual([1, 2]);
  });

  test('a head that lags behind the push is waited for; one that stays another is no evidence', async () => {
    const seen = [null, OTHER, OTHER];
    fake.add({ branch: BRANCH, ...TEXT });
    fake.tip = () => (seen.length > 0 ? seen.shift()! : COMMIT);
    expect((await open()).headSha).toBe(COMMIT);
    fake.tip = () => OTHER;
    const { kind, message } = await failure(open());
    expect([kind, message]).toEqual(['forge_error', expect.stringContaining(`shows ${OTHER} as the head`)]);
  });

  test('answers of another kind are failures: no JSON, no pull request, too much, an address of another sort', async () => {
    for (const body of ['<html>sign in</html>', { hello: 1 }, '"text"']) {
      fake.fault = () => ({ status: 200, body });
      expect((await failure(open())).kind).toBe('forge_error');
    }
    const flood = `[${'"x",'.repeat(3_000_000)}"x"]`;
    fake.fault = () => ({ status: 200, body: flood });
    expect((await failure(open({ limits: { ...QUICK, tries: 1 } }))).message).toMatch(
      /answered with more than \d+ bytes/,
    );
    for (const url of ['javascript:alert(1)', `https://${TOKEN}@example.com/7`, 7]) {
      const odd = { number: 7, iid: 7, html_url: url, web_url: url };
      fake.fault = (_n, call) => (call.startsWith('POST') ? { status: 201, body: odd } : null);
      expect((await failure(open())).message).toMatch(/something else than a pull request .*\(POST /);
    }
  });

  test('a redirect is not followed, so that no other host gets the token', async () => {
    const other = await startFakeForge(type, TOKEN);
    try {
      for (const status of [301, 302, 307, 308]) {
        fake.fault = () => ({ status, headers: { location: `${other.forge.apiUrl}/x?token=${TOKEN}` } });
        expect((await failure(open())).message).toMatch(/has moved to http:\/\/127\.0\.0\.1:\d+\S+\/x;/);
      }
      expect(other.calls).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('the token goes nowhere its operator did not name, and without a token nothing is sent', async () => {
    const cases: [Partial<ForgeAccess>, Forge, RegExp][] = [
      [{ origins: [] }, fake.forge, /may not send G\w+_TOKEN to http:\/\/127\.0\.0\.1:\d+: .*SPECWRIGHT_FORGE_ORIGINS/],
      [{ origins: ['https://127.0.0.1'] }, fake.forge, /may not send/],
      [{ tokens: { github: null, gitlab: null } }, fake.forge, /no token for Git\w+: set G\w+_TOKEN/],
      [{ tokens: { github: 'a b', gitlab: 'a\nb' } }, fake.forge, /holds a character no token has/],
    ];
    for (const [more, forge, message] of cases) {
      expect(await failure(open(more, { forge }))).toMatchObject({
        kind: 'not_authorized',
        message: expect.stringMatching(message),
      });
    }
    const { origin } = new URL(fake.forge.apiUrl);
    for (const repository of ['shop', '../shop', 'acme/..', 'acme/shop?x=', 'acme/%2e%2e', 'a/b#c', '']) {
      expect((await failure(open({}, { forge: { ...fake.forge, repository } }))).message).toMatch(/is not owner\/name/);
    }
    for (const apiUrl of ['nowhere', 'ftp://x/y', origin.replace('//', '//user:pw@'), `${origin}/?x=1`]) {
      expect((await failure(open({}, { forge: { ...fake.forge, apiUrl } }))).message).toMatch(/apiUrl/);
    }
    expect(fake.calls).toEqual([]);
  });

  test('cancelling ends a slow answer and a pause at once, with the reason of the cancellation', async () => {
    for (const fault of ['hang-after', { status: 503 }] as const) {
      const controller = new AbortController();
      const reason = new Error('cancelled');
      fake.fault = () => {
        setTimeout(() => controller.abort(reason), 20);
        return fault;
      };
      const limits = { ...QUICK, requestTimeoutMs: 60_000, pauseMs: 60_000 };
      await expect(open({ limits }, { signal: controller.signal })).rejects.toBe(reason);
    }
  });
});

/** The forge at an address nobody listens on. */
async function nobodyLike(forge: Forge): Promise<Forge> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { ...forge, apiUrl: `http://127.0.0.1:${port}` };
}
