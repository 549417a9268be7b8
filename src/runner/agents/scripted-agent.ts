/**
 * A program, run by Node: copies `<folder>/<context>/<component>/<step>.<turn>/` over the current folder; its arguments are
 * the folder and the names below it. What a coding agent would write is prepared there, so that demo and tests run the
 * same way every time.
 *
 * Exit codes: 0 copied, 3 the folder is missing, 4 something in it or in its way may not be followed.
 */
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const NO_FOLDER = 3;
const REFUSED = 4;
const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

async function main(args: readonly string[]): Promise<number> {
  const [folder = '', ...names] = args;
  const unsafe = names.find((name) => !SAFE_NAME.test(name));
  if (unsafe !== undefined) return say(REFUSED, `${JSON.stringify(unsafe)} cannot be a folder name`);
  const source = join(folder, ...names);
  const found = await lstat(source).catch(() => null);
  if (!found?.isDirectory()) return say(NO_FOLDER, `there is no prepared output ${source}`);
  const refusal = await copyOver(source, process.cwd(), '');
  return refusal === null ? 0 : say(REFUSED, refusal);
}

/** Copies files and folders only; null, or why it stopped. */
async function copyOver(source: string, target: string, way: string): Promise<string | null> {
  const entries = await readdir(source, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = way === '' ? entry.name : `${way}/${entry.name}`;
    const from = join(source, entry.name);
    const to = join(target, entry.name);
    if (entry.name.toLowerCase() === '.git') return `${path}: a repository's own folder is not copied`;
    const refusal = entry.isDirectory()
      ? await copyFolder(from, to, path)
      : await copyOne(from, to, path, entry.isFile());
    if (refusal !== null) return refusal;
  }
  return null;
}

async function copyFolder(from: string, to: string, path: string): Promise<string | null> {
  const there = await lstat(to).catch(() => null);
  if (there === null) await mkdir(to);
  // A link here would lead the copy out of the workspace.
  else if (!there.isDirectory()) return `${path}: in the workspace this is no folder`;
  return await copyOver(from, to, path);
}

async function copyOne(from: string, to: string, path: string, isFile: boolean): Promise<string | null> {
  if (!isFile) return `${path}: only files and folders are copied, no links`;
  // Removed first: writing to a link would write to where it points.
  await rm(to, { recursive: true, force: true });
  await copyFile(from, to, constants.COPYFILE_EXCL);
  process.stdout.write(`wrote ${path}\n`);
  return null;
}

function say(exitCode: number, message: string): number {
  process.stderr.write(`${message}\n`);
  return exitCode;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) =>
  say(1, error instanceof Error ? error.message : String(error)),
);
