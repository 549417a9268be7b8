import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMasker } from '../../src/runner/mask-secrets.js';
import { processEnvironment } from '../../src/runner/process-environment.js';
import { runProcess, type ProcessSpec } from '../../src/runner/run-process.js';

const env = processEnvironment('/nowhere', { PATH: process.env['PATH'] ?? '' });

function spec(source: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
  const argv = [process.execPath, '--input-type=module', '-e', source];
  return { argv, cwd: '/', env, timeoutMs: 20_000, signal: new AbortController().signal, ...more };
}

function collecting(): { text: () => string; onOutput: NonNullable<ProcessSpec['onOutput']> } {
  const chunks: Buffer[] = [];
  return { text: () => Buffer.concat(chunks).toString(), onOutput: (_stream, chunk) => void chunks.push(chunk) };
}

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 60; tries += 1) {
    try {
      // A killed process whose parent has not asked for it yet is as good as gone.
      if (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z')) return true;
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await sleep(50);
  }
  return false;
}

test('exit code, both streams and the end of the output come back', async () => {
  const seen = collecting();
  const outcome = await runProcess(
    spec('console.log("out"); console.error("err"); process.exitCode = 7', { onOutput: seen.onOutput }),
  );
  expect(outcome).toMatchObject({ started: true, exitCode: 7, signal: null, timedOut: false, outputLimited: false });
  expect(seen.text()).toContain('out');
  expect(outcome.started && outcome.tail).toContain('err');
});

test('output of a program that has ended before anything else happens is not lost', async () => {
  const seen = collecting();
  const note = async () => ({ env: {}, started: () => sleep(300), gone: async () => undefined });
  await runProcess({ ...spec(''), argv: ['echo', 'quick'], ...seen, note });
  expect(seen.text()).toBe('quick\n');
});

test('a missing program, folder or argument list is a value in words, not a crash', async () => {
  const missing = await runProcess({ ...spec(''), argv: ['no-such-program', 'x'] });
  expect(missing).toEqual({ started: false, message: 'no-such-program is not installed or not on PATH' });
  expect(await runProcess({ ...spec(''), cwd: '/no/such' })).toEqual({
    started: false,
    message: 'the folder /no/such does not exist',
  });
  expect((await runProcess({ ...spec(''), argv: [] })).started).toBe(false);
  expect((await runProcess({ ...spec(''), argv: ['/etc/passwd'] })).started).toBe(false);
  expect((await runProcess({ ...spec(''), argv: ['node', 'a\0b'] })).started).toBe(false);
});

test('arguments reach the program as they are; no shell looks at them', async () => {
  const seen = collecting();
  const odd = ['$(touch /tmp/pwned)', '`id`', 'a\'b"c', '* ;&|', 'ä\nx'];
  const source = 'console.log(JSON.stringify(process.argv.slice(1)))';
  await runProcess({ ...spec(source, seen), argv: [...spec(source).argv, '--', ...odd] });
  expect(JSON.parse(seen.text())).toEqual(odd);
});

test('the environment is what is allowed by name, never the executor’s own', async () => {
  process.env['DATABASE_URL'] ??= 'postgres://secret';
  const seen = collecting();
  await runProcess(spec('console.log(Object.keys(process.env).join())', seen));
  expect(seen.text().trim().split(',').sort()).toEqual(['HOME', 'LANG', 'PATH', 'TERM', 'TMPDIR']);
});

test('abort ends the whole group, a grandchild that ignores SIGTERM included, and rejects with the reason', async () => {
  const stubborn = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)';
  const source = `
    import { spawn } from 'node:child_process';
    process.on('SIGTERM', () => {});
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}], { stdio: 'inherit' });
    console.log(process.pid + ' ' + child.pid);
    setInterval(() => {}, 1000);`;
  const abort = new AbortController();
  const reason = new Error('cancelled');
  let pids: number[] = [];
  const running = runProcess(
    spec(source, {
      signal: abort.signal,
      onOutput: (_stream, chunk) => {
        pids = chunk.toString().trim().split(' ').map(Number);
        setTimeout(() => abort.abort(reason), 300);
      },
    }),
  );
  await expect(running).rejects.toBe(reason);
  expect(pids).toHaveLength(2);
  for (const pid of pids) expect(await isGone(pid)).toBe(true);
});

test('what a program leaves running behind it is ended with it', async () => {
  let pid = 0;
  const source = `
    import { spawn } from 'node:child_process';
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    child.unref(); console.log(child.pid); setTimeout(() => process.exit(0), 200);`;
  const outcome = await runProcess(spec(source, { onOutput: (_s, chunk) => void (pid ||= Number(chunk.toString())) }));
  expect(outcome).toMatchObject({ exitCode: 0 });
  expect(await isGone(pid)).toBe(true);
});

test('a program over its time is ended and marked, also when something outside its group holds its output open', async () => {
  const source = `
    import { spawn } from 'node:child_process';
    spawn(process.execPath, ['-e', 'setTimeout(() => {}, 15000)'], { stdio: 'inherit', detached: true }).unref();
    setInterval(() => {}, 1000);`;
  const startedAt = Date.now();
  const outcome = await runProcess(spec(source, { timeoutMs: 500 }));
  expect(outcome).toMatchObject({ timedOut: true, exitCode: null, signal: 'SIGTERM' });
  expect(Date.now() - startedAt).toBeLessThan(6_000);
});

test('a program over its output limit is ended and marked, and no byte beyond the limit is passed on', async () => {
  let bytes = 0;
  const outcome = await runProcess(
    spec(
      'const x = "x".repeat(65536); for (;;) if (!process.stdout.write(x)) await new Promise((r) => process.stdout.once("drain", r))',
      {
        outputLimitBytes: 1_000_000,
        onOutput: (_stream, chunk) => void (bytes += chunk.length),
      },
    ),
  );
  expect(outcome).toMatchObject({ outputLimited: true, timedOut: false });
  expect(bytes).toBe(1_000_000);
});

test('a slow reader slows the program down instead of filling memory, and a failing one ends it', async () => {
  let inFlight = 0;
  let most = 0;
  const source = 'for (let i = 0; i < 64; i++) process.stdout.write("y".repeat(32768))';
  let bytes = 0;
  const onOutput = async (_stream: string, chunk: Buffer): Promise<void> => {
    most = Math.max(most, (inFlight += 1));
    await sleep(5);
    bytes += chunk.length;
    inFlight -= 1;
  };
  await runProcess(spec(source, { onOutput }));
  expect([most, bytes]).toEqual([1, 64 * 32_768]);
  const lost = new Error('the database is away');
  const failing = runProcess(spec('setInterval(() => console.log("x"), 10)', { onOutput: () => Promise.reject(lost) }));
  await expect(failing).rejects.toBe(lost);
});

test('secrets are masked however the output is cut into chunks, one inside or across another too', () => {
  const plain = (bytes: Buffer): string => bytes.toString('latin1');
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[abc]{1,6}$/), { minLength: 1, maxLength: 3 }),
      fc.array(fc.stringMatching(/^[abcd]{0,9}$/), { maxLength: 12 }),
      (secrets, chunks) => {
        const cut = createMasker(secrets);
        const out = plain(Buffer.concat([...chunks.map((chunk) => cut.push(Buffer.from(chunk))), cut.end()]));
        const whole = createMasker(secrets);
        expect(out).toBe(plain(Buffer.concat([whole.push(Buffer.from(chunks.join(''))), whole.end()])));
        expect(out).toBe(maskedSlowly(chunks.join(''), secrets));
      },
    ),
    { numRuns: 2_000 },
  );
});

/** Every character of every occurrence, run by run: what masking means. */
function maskedSlowly(text: string, secrets: readonly string[]): string {
  const hidden = Array.from(text, () => -1);
  let run = 0;
  let covered = 0;
  for (let at = 0; at < text.length; at += 1) {
    const end = Math.max(...secrets.map((secret) => (text.startsWith(secret, at) ? at + secret.length : 0)));
    if (end > 0 && at >= covered) run += 1;
    covered = Math.max(covered, end);
    if (at < covered) hidden[at] = run;
  }
  return Array.from(text, (char, at) => (hidden[at]! < 0 ? char : hidden[at] === hidden[at - 1] ? '' : '***')).join('');
}

test('a secret cut by a chunk border is masked in stream and tail', async () => {
  const seen = collecting();
  const source = 'process.stdout.write("a hun"); setTimeout(() => process.stdout.write("ter2 b hun"), 300)';
  const outcome = await runProcess(spec(source, { ...seen, secrets: ['hunter2'] }));
  expect(seen.text()).toBe('a *** b hun');
  expect(outcome.started && outcome.tail).toBe('a *** b hun');
});
