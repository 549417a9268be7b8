import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
const ITERATIONS = 4096;
/**
 * What Postgres stores for a password (RFC 5803). Made here, so that the password itself never is part of a statement,
 * which a server may log.
 */
export function scramVerifier(password) {
    // Other characters would need SASLprep, and two sides that disagree about it are a puzzling login failure.
    if (!/^[\x21-\x7e]+$/.test(password))
        throw new RangeError('A database password must be printable ASCII without spaces.');
    const salt = randomBytes(16);
    const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
    const hmac = (text) => createHmac('sha256', salted).update(text).digest();
    const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
    return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`;
}
