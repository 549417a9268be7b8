import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { WorkspaceMetadata } from '../domain/command.js';
import type { RunContext } from '../ports/runner.js';
import { headRef } from './git/prepare-branch.js';
import type { Host } from './host.js';
import { clearPlaceFor } from './workspace-files.js';

/** Puts files of a workspace back to what its branch has; those that it does not have are removed. */
export async function restoreFiles(
  host: Host,
  workspace: string,
  { remote, branch }: WorkspaceMetadata,
  paths: readonly string[],
  context: RunContext,
): Promise<void> {
  if (paths.length === 0) return;
  const cache = host.caches.open(remote, context.signal);
  const tip = await cache.tip(headRef(branch));
  // A branch that this host does not know: nothing is known of its files either.
  if (tip === null) return;
  const there = await cache.files(tip, paths);
  for (const path of paths) {
    await clearPlaceFor(workspace, path);
    const entry = there.get(path);
    if (entry === undefined) continue;
    const place = join(workspace, path);
    await mkdir(dirname(place), { recursive: true });
    const { stdout } = await cache.call(['cat-file', 'blob', entry.sha]);
    await writeFile(place, stdout, { mode: entry.mode === '100755' ? 0o755 : 0o644, flag: 'wx' });
  }
}
