import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { gunzip as gunzipWithCallback } from 'node:zlib';
import { z } from 'zod';
const gunzip = promisify(gunzipWithCallback);
/** Short, so that a machine without the internet goes on to the next way at once. */
const ANSWER_TIMEOUT_MS = 4000;
const DOWNLOAD_TIMEOUT_MS = 180_000;
const downloadInfo = z.object({ archiveUrl: z.url({ protocol: /^https$/ }), fileToExtract: z.string() });
/**
 * The same place and protocol as the SDK's own download, which is reachable only by starting a server through its
 * native runtime, and then without a time limit.
 */
export async function downloadTemporalCli(version, target, log) {
    const platform = { linux: 'linux', darwin: 'darwin' }[process.platform];
    const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch];
    if (platform === undefined || arch === undefined) {
        return { found: false, why: `has nothing for ${process.platform} on ${process.arch}` };
    }
    try {
        const query = new URLSearchParams({ platform, arch, format: 'tar.gz' });
        const answer = await get(`https://temporal.download/cli/v${version}?${query.toString()}`, ANSWER_TIMEOUT_MS);
        const info = downloadInfo.parse(await answer.json());
        log(`downloading the Temporal CLI ${version}`);
        const archive = await get(info.archiveUrl, DOWNLOAD_TIMEOUT_MS);
        const program = fileInTar(await gunzip(await archive.arrayBuffer()), info.fileToExtract);
        if (program === null)
            return { found: false, why: `has no ${info.fileToExtract} in its archive` };
        await install(program, target);
        return { found: true, path: target };
    }
    catch (error) {
        return { found: false, why: `failed (${reason(error)})` };
    }
}
async function get(url, timeoutMs) {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok)
        throw new Error(`HTTP ${response.status}`);
    return response;
}
async function install(program, target) {
    const draft = `${target}.${randomBytes(6).toString('hex')}`;
    await mkdir(dirname(target), { recursive: true });
    try {
        await writeFile(draft, program);
        await chmod(draft, 0o755);
        await rename(draft, target);
    }
    finally {
        await rm(draft, { force: true });
    }
}
/** The bytes of one file of an uncompressed tar archive: headers of 512 bytes, contents padded to as many. */
export function fileInTar(archive, wanted) {
    const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
    for (let offset = 0; offset + 512 <= bytes.length;) {
        const name = field(bytes, offset, 100).replace(/^\.\//, '');
        const size = Number.parseInt(field(bytes, offset + 124, 12), 8);
        if (name === '' || !Number.isSafeInteger(size))
            return null;
        const start = offset + 512;
        if (name === wanted)
            return bytes.subarray(start, start + size);
        offset = start + Math.ceil(size / 512) * 512;
    }
    return null;
}
function field(bytes, start, length) {
    return bytes
        .toString('latin1', start, start + length)
        .replace(/\0.*$/s, '')
        .trim();
}
function reason(error) {
    if (!(error instanceof Error))
        return 'for an unknown reason';
    return error.cause instanceof Error ? error.cause.message : error.message.split('\n')[0];
}
