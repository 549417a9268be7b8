import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
/** True when every folder above `path` may be passed by `account`. */
export async function canReach(path, account) {
    for (let folder = dirname(path);; folder = dirname(folder)) {
        const { mode, uid, gid } = await stat(folder);
        const needed = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
        if ((mode & needed) === 0)
            return false;
        if (folder === dirname(folder))
            return true;
    }
}
