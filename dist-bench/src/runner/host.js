import { homedir } from 'node:os';
import { join } from 'node:path';
import { isSessionId } from '../domain/names.js';
import { createCaches } from './git/cache.js';
import { createGit } from './git/git.js';
import { createRunningGroups } from './leftover-processes.js';
import { processEnvironment } from './process-environment.js';
import { workFailed } from './work-failed.js';
export function createHost(options) {
    const { root, secrets, committer } = options;
    const home = join(root, 'home');
    const git = createGit({
        path: options.git ?? 'git',
        cwd: root,
        env: processEnvironment(home, { ...searchPath(options.env), ...options.gitEnv }),
        committer,
        secrets,
    });
    const groups = createRunningGroups(join(root, 'running'));
    return {
        root,
        agent: options.agent,
        secrets,
        committer,
        git,
        caches: createCaches(join(root, 'cache'), git),
        groups,
        temp: join(root, 'tmp'),
        home,
        workspaceOf: (sessionId) => {
            if (!isSessionId(sessionId))
                throw workFailed('command_failed', 'the session id is not usable as a folder name');
            return join(root, 'workspaces', sessionId);
        },
        settings: (context, sessionId, who) => ({
            env: processEnvironment(who === 'agent' ? homedir() : home, options.env ?? {}),
            secrets,
            signal: context.signal,
            onStart: (pid) => groups.note(sessionId, pid),
        }),
    };
}
/** Git needs to be found; the rest of the commands' environment (an agent's key, say) is not its business. */
function searchPath(env) {
    return env?.['PATH'] === undefined ? {} : { PATH: env['PATH'] };
}
