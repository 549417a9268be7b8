import { tail } from '../../domain/failures.js';
const MAX_COMPARE = 4_000;
const MAX_DIFFSTAT = 1_500;
/** What changed between two commits, per file, for people. */
export async function diffstat(cache, base, tip) {
    const options = ['--stat=100', '--no-ext-diff', '--no-textconv'];
    const outcome = await cache.call(['diff', ...options, base, tip, '--']);
    return shortened(outcome.stdout.toString('utf8').trimEnd(), MAX_DIFFSTAT);
}
/** The pull request of a remote without a forge: `git request-pull`, or the same told by ourselves where that cannot run. */
export async function compareText(cache, base, tip, branch) {
    const asked = await cache.call(['request-pull', base, cache.remote, `${tip}:refs/heads/${branch}`]);
    const said = asked.stdout.toString('utf8').trim();
    if (asked.exitCode === 0 && said !== '')
        return shortened(said, MAX_COMPARE);
    const log = await cache.call(['log', '--no-decorate', '--format=  %s (%an)', `${base}..${tip}`, '--']);
    const lines = [
        `The following changes since commit ${base}`,
        `are available in the Git repository at: ${cache.remote} ${branch}`,
        `up to ${tip}:`,
        '',
        log.stdout.toString('utf8').trimEnd(),
        '',
        await diffstat(cache, base, tip),
    ];
    return shortened(lines.join('\n'), MAX_COMPARE);
}
/** Counted in bytes: it travels through Event History. */
function shortened(text, maxBytes) {
    const clean = text.replaceAll('\0', '\ufffd');
    if (Buffer.byteLength(clean) <= maxBytes)
        return clean.toWellFormed();
    return tail(Buffer.from(clean)
        .subarray(-maxBytes + 16)
        .toString('utf8'), maxBytes);
}
