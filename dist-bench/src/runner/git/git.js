import { devNull } from 'node:os';
import { tail } from '../../domain/failures.js';
import { maskText } from '../mask-secrets.js';
import { runProcess } from '../run-process.js';
import { workFailed } from '../work-failed.js';
/** A fetch or push over a slow line; local commands take milliseconds. */
const GIT_TIMEOUT_MS = 10 * 60_000;
const GIT_OUTPUT_BYTES = 64 * 1024 * 1024;
// Given on the command line, these win over every file: hooks, filters, helpers and monitors are other people's programs.
const SETTINGS = [
    `core.hooksPath=${devNull}`,
    `core.attributesFile=${devNull}`,
    `core.excludesFile=${devNull}`,
    'core.fsmonitor=false',
    'core.autocrlf=false',
    'core.quotePath=false',
    'credential.helper=',
    'gc.auto=0',
    'maintenance.auto=false',
    'fetch.recurseSubmodules=false',
    'submodule.recurse=false',
    'commit.gpgSign=false',
    'advice.detachedHead=false',
];
export function createGit(options) {
    const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
    const env = trustedEnvironment(options);
    return async (args, call) => {
        const stdout = [];
        const stderr = [];
        const outcome = await runProcess({
            argv: [options.path, ...settings, ...args],
            cwd: call.cwd ?? options.cwd,
            env: { ...env, ...call.env },
            ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
            timeoutMs: GIT_TIMEOUT_MS,
            outputLimitBytes: GIT_OUTPUT_BYTES,
            signal: call.signal,
            onOutput: (stream, chunk) => {
                if (stream === 'stderr')
                    stderr.push(chunk);
                else if (call.onStdout)
                    call.onStdout(chunk);
                else
                    stdout.push(chunk);
            },
        });
        const what = `git ${args.find((arg) => !arg.startsWith('-')) ?? ''}`;
        if (!outcome.started)
            throw workFailed('command_failed', outcome.message.replace(options.path, 'git'));
        if (outcome.timedOut)
            throw workFailed('timed_out', `${what} took longer than ${GIT_TIMEOUT_MS / 60_000} minutes`);
        if (outcome.outputLimited && !call.onStdout)
            throw workFailed('command_failed', `${what} printed too much`);
        const said = maskText(Buffer.concat(stderr).toString('utf8').replaceAll('\u0000', '\ufffd'), options.secrets);
        return { exitCode: outcome.exitCode ?? 128, stdout: Buffer.concat(stdout), stderr: withoutCredentials(said) };
    };
}
/** Standard output as trimmed text; a non-zero exit code is a failure that says what git said. */
export async function gitText(git, args, call, doing) {
    const outcome = await git(args, call);
    if (outcome.exitCode !== 0)
        throw gitFailed(outcome, doing);
    return outcome.stdout.toString('utf8').trimEnd();
}
export function gitFailed(outcome, doing) {
    const said = tail(outcome.stderr.trim(), 1_500);
    const first = said.split('\n').find((line) => /^(fatal|error|remote|!)/.test(line.trim())) ?? said.split('\n')[0] ?? '';
    return workFailed('command_failed', `${doing}: ${first.trim().slice(0, 300) || `git ended with ${outcome.exitCode}`}`, {
        detail: said,
    });
}
function trustedEnvironment(options) {
    return {
        ...options.env,
        LC_ALL: 'C',
        GIT_CONFIG_GLOBAL: devNull,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_ATTR_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        GIT_LITERAL_PATHSPECS: '1',
        GIT_NO_REPLACE_OBJECTS: '1',
        GIT_OPTIONAL_LOCKS: '0',
        // Remote helpers (`ext::`, `fd::`) would run any program a remote's address names.
        GIT_ALLOW_PROTOCOL: 'file:https:ssh',
        GIT_SSH_COMMAND: options.env['GIT_SSH_COMMAND'] ?? 'ssh -oBatchMode=yes',
        GIT_AUTHOR_NAME: options.committer.name,
        GIT_AUTHOR_EMAIL: options.committer.email,
        GIT_COMMITTER_NAME: options.committer.name,
        GIT_COMMITTER_EMAIL: options.committer.email,
    };
}
function withoutCredentials(text) {
    return text.replace(/(\w+:\/\/)[^/@\s]+@/g, '$1');
}
