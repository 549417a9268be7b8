import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
/** A program specwright needs is not there. The message says how to get it; the CLI ends with exit code 2. */
export class MissingProgramError extends Error {
    name = 'MissingProgramError';
    exitCode = 2;
}
/** The absolute path of a program on the PATH, or null. */
export async function findOnPath(program, searchPath) {
    for (const folder of searchPath.split(delimiter).filter((entry) => entry !== '')) {
        const path = join(folder, program);
        if (await isExecutable(path))
            return path;
    }
    return null;
}
export async function isExecutable(path) {
    try {
        await access(path, constants.X_OK);
        return (await stat(path)).isFile();
    }
    catch {
        return false;
    }
}
