import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const KEPT_RUNS = 5;

export interface ExampleRepository {
  readonly folder: string;
  /** Path of the bare repository that stands for the remote. */
  readonly remote: string;
}

/** A fresh copy of the example with a bare remote beside it, as a user's own repository would be; `leftOut` are paths of it. */
export async function makeExampleRepository(
  example: string,
  parent: string,
  name: string,
  leftOut: readonly string[] = [],
): Promise<ExampleRepository> {
  const folder = join(parent, name, 'work');
  const remote = join(parent, name, 'remote.git');
  await mkdir(join(parent, name), { recursive: true });
  const unwanted = new Set(leftOut.map((path) => join(example, path)));
  await cp(example, folder, { recursive: true, filter: (path) => !unwanted.has(path) });
  const git = (...args: string[]) => run('git', ['-C', folder, ...args]);
  await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
  await run('git', ['init', '--quiet', '--initial-branch=main', folder]);
  await git('add', '--all');
  await git(
    '-c',
    'user.name=specwright demo',
    '-c',
    'user.email=demo@localhost',
    'commit',
    '--quiet',
    '-m',
    'The example project, without implementations',
  );
  await git('remote', 'add', 'origin', remote);
  await git('push', '--quiet', 'origin', 'main');
  await forgetOldRuns(parent);
  return { folder, remote };
}

async function forgetOldRuns(parent: string): Promise<void> {
  const runs = (await readdir(parent)).sort();
  for (const old of runs.slice(0, -KEPT_RUNS)) await rm(join(parent, old), { recursive: true, force: true });
}
