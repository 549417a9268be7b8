import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { workFailed } from '../work-failed.js';
import { gitFailed, gitText } from './git.js';
export const ZERO_SHA = '0'.repeat(40);
const SHA = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
/** A git that was killed leaves `*.lock` files behind; a living one holds them for milliseconds. */
const STALE_LOCK_MS = 10_000;
/** The trusted bare cache of one remote, for the length of one operation. */
export class Repository {
    gitDir;
    remote;
    git;
    signal;
    constructor(gitDir, remote, git, signal) {
        this.gitDir = gitDir;
        this.remote = remote;
        this.git = git;
        this.signal = signal;
    }
    /** Runs git with the cache as its directory. A named git directory is not searched for, so its owner is not asked. */
    call(args, more = {}) {
        return this.git([`--git-dir=${this.gitDir}`, ...args], { ...more, signal: this.signal });
    }
    text(doing, args, more = {}) {
        return gitText(this.git, [`--git-dir=${this.gitDir}`, ...args], { ...more, signal: this.signal }, doing);
    }
    /** Brings `refs/remotes/origin/*` up to date with the remote's branches. */
    async fetch() {
        const options = ['--quiet', '--prune', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
        const refspec = '+refs/heads/*:refs/remotes/origin/*';
        await this.text('the remote could not be fetched', ['fetch', ...options, '--', this.remote, refspec]);
    }
    /** The commit a ref points at, or null. */
    async tip(ref) {
        const found = await this.call(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
        const sha = found.stdout.toString('utf8').trim();
        return found.exitCode === 0 && SHA.test(sha) ? sha : null;
    }
    async isAncestor(ancestor, descendant) {
        if (ancestor === descendant)
            return true;
        return (await this.call(['merge-base', '--is-ancestor', ancestor, descendant])).exitCode === 0;
    }
    /** What the remote says right now, or null when it has no such branch. */
    async remoteTip(branch) {
        const ref = `refs/heads/${branch}`;
        const listed = await this.text('the remote could not be asked', ['ls-remote', '--heads', '--', this.remote, ref]);
        const line = listed.split('\n').find((row) => row.split('\t')[1] === ref);
        const sha = line?.split('\t')[0] ?? '';
        return SHA.test(sha) ? sha : null;
    }
    /** Moves refs together, each only when it still has the value named (null: does not exist). */
    async moveRefs(moves) {
        const stdin = moves.map(({ ref, to, from }) => `update ${ref}\0${to}\0${from ?? ZERO_SHA}\0`).join('');
        const run = () => this.call(['update-ref', '--stdin', '-z'], { stdin });
        let outcome = await run();
        if (outcome.exitCode !== 0 && /File exists|Unable to create/.test(outcome.stderr)) {
            await removeStaleLocks(this.gitDir);
            outcome = await run();
        }
        if (outcome.exitCode !== 0)
            throw gitFailed(outcome, 'a branch could not be moved');
    }
    /** Specwright's own commits on the first-parent line from `base` (excluded) to `tip`, newest first. */
    async ownCommits(base, tip) {
        const trailer = (key) => `%(trailers:key=${key},valueonly,separator=%x1e)`;
        const format = `--format=%H%x1f%P%x1f${trailer('Specwright-Session')}%x1f${trailer('Specwright-Step')}`;
        const range = base === null ? [tip] : [tip, `^${base}`];
        const log = await this.text('the branch could not be read', [
            'log',
            '--first-parent',
            '-z',
            format,
            ...range,
            '--',
        ]);
        return log
            .split('\0')
            .map((row) => row.trim().split('\x1f'))
            .filter((cells) => cells.length === 4 && cells[2] !== '')
            .map(([sha, parents, session, step]) => ({
            sha: sha,
            parents: parents.split(' ').filter((parent) => parent !== ''),
            session: session,
            step: step,
        }));
    }
    /** The regular files among `paths` in a commit. */
    async files(commit, paths) {
        if (paths.length === 0)
            return new Map();
        const list = await this.text('the commit could not be read', [
            'ls-tree',
            '-r',
            '-z',
            '--full-tree',
            commit,
            '--',
            ...paths,
        ]);
        const entries = list.split('\0').flatMap((row) => {
            const [, mode, sha, path] = /^(100\d{3}) blob ([0-9a-f]+)\t([^]+)$/.exec(row) ?? [];
            return mode && sha && path && paths.includes(path) ? [[path, { mode, sha, path }]] : [];
        });
        return new Map(entries);
    }
    async commit(tree, parents, message) {
        const options = parents.flatMap((parent) => ['-p', parent]);
        return await this.text('the commit could not be made', ['commit-tree', ...options, '-F', '-', tree], {
            stdin: message,
        });
    }
}
/** Subject and body, then the trailers by which a repetition finds the commit again. */
export function messageWithTrailers(message, session, step) {
    for (const value of [session, step]) {
        if (/[\p{Cc}]/u.test(value) || value.trim() === '')
            throw workFailed('command_failed', 'a commit trailer has control characters');
    }
    return `${message.replaceAll('\0', '').trim()}\n\nSpecwright-Session: ${session}\nSpecwright-Step: ${step}\n`;
}
async function removeStaleLocks(folder) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && entry.name !== 'objects')
            await removeStaleLocks(path);
        if (!entry.isFile() || !entry.name.endsWith('.lock'))
            continue;
        const stats = await stat(path).catch(() => null);
        if (stats !== null && Date.now() - stats.mtimeMs > STALE_LOCK_MS)
            await rm(path, { force: true });
    }
}
