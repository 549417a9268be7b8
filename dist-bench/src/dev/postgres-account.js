import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
const execute = promisify(execFile);
/**
 * Postgres refuses to run as root. As root it runs as the account `postgres`, made when it is missing; else as
 * whoever runs specwright (null).
 */
export async function postgresAccount(log) {
    if (process.getuid?.() !== 0)
        return null;
    const known = await lookUp();
    if (known !== null)
        return known;
    log('making the account postgres, because Postgres does not run as root');
    try {
        await execute('useradd', [
            '--system',
            '--user-group',
            '--no-create-home',
            '--shell',
            '/usr/sbin/nologin',
            'postgres',
        ]);
    }
    catch {
        throw new Error('Postgres does not run as root, and the account postgres cannot be made: run specwright as another user, ' +
            'make that account, or set DATABASE_URL.');
    }
    const made = await lookUp();
    if (made === null)
        throw new Error('the account postgres was made but cannot be found; run specwright as another user');
    return made;
}
async function lookUp() {
    try {
        const [uid, gid] = await Promise.all([execute('id', ['-u', 'postgres']), execute('id', ['-g', 'postgres'])]);
        return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    }
    catch {
        return null;
    }
}
