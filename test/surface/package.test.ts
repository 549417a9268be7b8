import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let consumer: string;

/** The packed package in the node_modules of another one, with its dependencies beside it. */
beforeAll(async () => {
  consumer = await mkdtemp('/var/tmp/specwright-consumer-');
  const modules = join(consumer, 'node_modules');
  const installed = join(modules, 'specwright');
  await mkdir(installed, { recursive: true });
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', consumer], { cwd: ROOT });
  const tarball = (await readdir(consumer)).find((name) => name.endsWith('.tgz'))!;
  await run('tar', ['-xzf', join(consumer, tarball), '-C', installed, '--strip-components=1']);
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (name !== 'specwright') await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
}, 120_000);
afterAll(() => rm(consumer, { recursive: true, force: true }));

const USE = `
async function use({ createSpecwrightClient, RefusedError }, { createHttpClient, ProblemError }, { Client }) {
  const gone = createHttpClient({ url: 'http://127.0.0.1:1', key: 'sw_x', deadlineMs: 100 });
  const problem = await gone.getMe().catch((error) => error);
  const isReachable = await createSpecwrightClient({ temporal: new Client() }).isReachable(100);
  // One copy of the code for both kinds of modules: instanceof means the same everywhere.
  const isSame = RefusedError === (await import('specwright/client')).RefusedError;
  console.log(JSON.stringify({ isProblem: problem instanceof ProblemError, code: problem.code, isReachable, isSame }));
}`;
const CONSUMERS = {
  'consumer.mjs': `import * as client from 'specwright/client';
    import * as http from 'specwright/http-client';
    import * as temporal from '@temporalio/client';
    await use(client, http, temporal);`,
  'consumer.cjs': `void use(require('specwright/client'), require('specwright/http-client'), require('@temporalio/client'));`,
};

test.each(Object.entries(CONSUMERS))('both entry points run in a %s, without a warning', async (name, text) => {
  await writeFile(join(consumer, name), `${text}\n${USE}`);
  const { stdout, stderr } = await run(process.execPath, [name], { cwd: consumer, env: { PATH: process.env['PATH'] } });
  expect(JSON.parse(stdout)).toEqual({ isProblem: true, code: 'unreachable', isReachable: false, isSame: true });
  expect(stderr).toBe('');
});

const TYPED = `import { createSpecwrightClient, type Next, type RefusedError } from 'specwright/client';
import { createHttpClient, type ProblemError, type Waited } from 'specwright/http-client';
import { Client } from '@temporalio/client';
const client = createSpecwrightClient({ temporal: new Client() });
const http = createHttpClient({ url: 'http://127.0.0.1:1', key: 'sw_x' });
export const both = async (id: string): Promise<[Next, Waited['next']]> => [
  await client.nextCommand(id),
  (await http.nextCommand(id, { waitMs: 10 })).next,
];
export const codes = (one: RefusedError, other: ProblemError): string[] => [one.refusal.code, other.code];
// @ts-expect-error an id is a string
void http.getSession(1);
// @ts-expect-error there is no such type of session
void http.startSession({ sessionType: 'gardening', context: 'Billing' });
`;

test.each([
  ['nodenext', 'nodenext', ['typed.mts', 'typed.cts']],
  ['node20', 'node16', ['typed.mts', 'typed.cts']],
  ['node16', 'node16', ['typed.mts']],
  ['esnext', 'bundler', ['typed.ts']],
])(
  'their types are right for a consumer with module %s and moduleResolution %s',
  async (module, resolution, files) => {
    for (const file of files) await writeFile(join(consumer, file), TYPED);
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--types', 'node'];
    const tsc = [join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, '--module', module];
    const checked = run(process.execPath, [...tsc, '--moduleResolution', resolution, ...files], { cwd: consumer });
    const output = await checked.catch((error: unknown) => error as { stdout: string });
    expect(output.stdout).toBe('');
  },
  120_000,
);
