import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** A program specwright needs is not there. The message says how to get it; the CLI ends with exit code 2. */
export class MissingProgramError extends Error {
  override readonly name = 'MissingProgramError';
  readonly exitCode = 2;
}

export type Log = (line: string) => void;

/** Where one program may come from; `why` tells what stood in the way. */
export type Attempt = { readonly found: true; readonly path: string } | { readonly found: false; readonly why: string };

/** The absolute path of a program on the PATH, or null. */
export async function findOnPath(program: string, searchPath: string): Promise<string | null> {
  for (const folder of searchPath.split(delimiter).filter((entry) => entry !== '')) {
    const path = join(folder, program);
    if (await isExecutable(path)) return path;
  }
  return null;
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
