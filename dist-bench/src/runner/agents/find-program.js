import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
/** The absolute path of an executable, looked for as the shell would, or null. */
export async function findProgram(program, path) {
    const places = program.includes('/') ? [program] : path.split(delimiter).map((folder) => join(folder, program));
    for (const place of places) {
        const found = await stat(place).catch(() => null);
        if (!found?.isFile() || (!isAbsolute(place) && program.includes('/')))
            continue;
        const executable = await access(place, constants.X_OK).then(() => true, () => false);
        if (executable)
            return place;
    }
    return null;
}
