import { createHash } from 'node:crypto';
import { lstat, mkdir, rm, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isErrno } from './processes.js';
import { canReach } from './reach.js';
/**
 * The folder that holds the database cluster: the data folder itself, or, when its path is closed to the account
 * Postgres runs as, one in /var/tmp named by it.
 */
export async function postgresPlace(dataDir, account) {
    const own = resolve(dataDir);
    await mkdir(own, { recursive: true });
    if (account === null || (await canReach(join(own, 'postgres'), account)))
        return own;
    const place = join('/var/tmp', `specwright-${createHash('sha256').update(own).digest('hex').slice(0, 16)}`);
    await makeTrusted(place);
    return place;
}
/** /var/tmp is everyone's: a folder or link that another user put there under our name is refused. */
async function makeTrusted(place) {
    try {
        await mkdir(place, { mode: 0o711 });
    }
    catch (error) {
        if (!isErrno(error, 'EEXIST'))
            throw error;
    }
    const found = await lstat(place);
    if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
        throw new Error(`${place} is not a folder of this user; remove it, or set SPECWRIGHT_DATA_DIR to another folder`);
    }
}
/** A cluster without its password is of a data folder that was removed: kept aside once, so that nothing is lost. */
export async function setAside(cluster, log) {
    const aside = `${cluster}.previous`;
    log(`the database of an earlier data folder is kept as ${aside}; remove it when it is not needed`);
    await rm(aside, { recursive: true, force: true });
    await rename(cluster, aside);
}
