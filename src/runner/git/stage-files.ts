import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FinalizeMetadata } from '../../domain/command.js';
import { tail } from '../../domain/failures.js';
import { makeFolder, openRegularFile } from '../workspace-files.js';
import { workFailed } from '../work-failed.js';
import type { Repository } from './repository.js';

export interface StageRequest {
  readonly workspace: string;
  /** Exactly these are staged; nothing else of the workspace is looked at. */
  readonly files: readonly string[];
  /** The bytes that were judged, by path; others are refused. */
  readonly judged?: FinalizeMetadata['judged'];
  /** The branch's tip, on which the new tree is built. */
  readonly tip: string;
  /** What the workspace was checked out at: older than the tip when children were merged meanwhile. */
  readonly checkout: string;
  /** The executor's own folder for drafts. */
  readonly temp: string;
}

/**
 * The tree of the tip with the workspace's declared files, or null when the tip has them already. The files are copied
 * out of the workspace first and added from there, so that neither its `.git`, nor its attributes, nor a link in it
 * has a say, and what was checked is what is committed.
 */
export async function stageFiles(cache: Repository, request: StageRequest): Promise<string | null> {
  const draft = join(request.temp, `stage-${randomUUID()}`);
  const tree = join(draft, 'tree');
  await makeFolder(tree);
  try {
    const there = await copyDeclared(request, tree);
    checkJudged(request, there);
    await checkNoneMissing(cache, request, there);
    const add = (onto: string, paths: readonly string[], index: string): Promise<string> =>
      addOnto(cache, { onto, paths, tree, index: join(draft, index) });
    const paths = [...there.keys()];
    const asLeft = await add(request.checkout, paths, 'index-checkout');
    const changed = await changedPaths(cache, request.checkout, asLeft, paths);
    if (changed.length === 0) return null;
    if (request.checkout === request.tip) return asLeft;
    const staged = await add(request.tip, changed, 'index-tip');
    const differing = await changedPaths(cache, request.tip, staged, changed);
    await checkNoneOverwritten(cache, request, differing);
    return differing.length === 0 ? null : staged;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The declared files that are there, each with the hash of the bytes that were copied. */
async function copyDeclared(request: StageRequest, tree: string): Promise<ReadonlyMap<string, string>> {
  const there = new Map<string, string>();
  for (const path of new Set(request.files)) {
    const file = await openRegularFile(request.workspace, path);
    if (file === null) continue;
    try {
      const copy = join(tree, path);
      await mkdir(dirname(copy), { recursive: true });
      const mode = (file.stats.mode & 0o100) === 0 ? 0o644 : 0o755;
      const hash = createHash('sha256');
      await pipeline(
        file.handle.createReadStream({ autoClose: false }),
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) yield (hash.update(chunk), chunk);
        },
        createWriteStream(copy, { mode, flags: 'wx' }),
      );
      there.set(path, hash.digest('hex'));
    } finally {
      await file.handle.close();
    }
  }
  return there;
}

/** A test, or something that an agent left running, may have changed a file after it was judged. INV-32. */
function checkJudged({ judged }: StageRequest, there: ReadonlyMap<string, string>): void {
  if (judged === undefined) return;
  const hashes = new Map(judged.map(({ path, sha256 }) => [path, sha256]));
  const other = [...there].flatMap(([path, hash]) => (hashes.get(path) === hash ? [] : [path])).sort();
  if (other.length === 0) return;
  const message = `changed after they were judged: ${tail(other.join(', '), 500)}`;
  throw workFailed('invalid_output', message, { rule: 'judged-files', ids: other.slice(0, 20) });
}

async function checkNoneMissing(
  cache: Repository,
  request: StageRequest,
  there: ReadonlyMap<string, string>,
): Promise<void> {
  const absent = request.files.filter((path) => !there.has(path));
  const committed = await cache.files(request.tip, absent);
  const missing = absent.filter((path) => !committed.has(path)).sort();
  if (missing.length === 0) return;
  const named = tail(missing.join(', '), 500);
  throw workFailed('missing_files', `neither in the workspace nor on the branch: ${named}`, {
    ids: missing.slice(0, 20),
  });
}

async function addOnto(
  cache: Repository,
  { onto, paths, tree, index }: { onto: string; paths: readonly string[]; tree: string; index: string },
): Promise<string> {
  const env = { GIT_INDEX_FILE: index };
  await cache.text('the branch could not be read', ['read-tree', onto], { env });
  const list = ['--pathspec-from-file=-', '--pathspec-file-nul'];
  const stdin = paths.map((path) => `${path}\0`).join('');
  // --force: a file that was declared is meant, whatever an ignore list says.
  const add = [`--work-tree=${tree}`, 'add', '--force', ...list];
  if (paths.length > 0) await cache.text('the files could not be staged', add, { env, stdin, cwd: tree });
  return await cache.text('the tree could not be written', ['write-tree'], { env });
}

async function changedPaths(
  cache: Repository,
  from: string,
  to: string,
  among: readonly string[],
): Promise<readonly string[]> {
  if (among.length === 0) return [];
  const options = ['-r', '-z', '--no-renames', '--name-only'];
  const list = await cache.text('the trees could not be compared', ['diff-tree', ...options, from, to]);
  const all = new Set(list.split('\0'));
  return among.filter((path) => all.has(path));
}

/** A file that others changed on the branch since the checkout is not put back to what this workspace makes of it. */
async function checkNoneOverwritten(cache: Repository, request: StageRequest, paths: readonly string[]): Promise<void> {
  const both = await changedPaths(cache, request.checkout, request.tip, paths);
  if (both.length === 0) return;
  throw workFailed('merge_conflict', `changed both in the workspace and on the branch: ${tail(both.join(', '), 500)}`, {
    ids: [...both].sort().slice(0, 20),
  });
}
