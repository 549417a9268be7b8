import { homedir } from 'node:os';
import { join } from 'node:path';
import { isSessionId } from '../domain/names.js';
import type { LocalRemotes } from '../domain/remote.js';
import type { RunContext } from '../ports/runner.js';
import type { Agent } from './agents/agent.js';
import type { ForgeAccess } from './forges/forge-access.js';
import { FORGE_LIMITS, type ForgeLimits } from './forges/limits.js';
import { createCaches, type Caches } from './git/cache.js';
import { createGit, type Git } from './git/git.js';
import { createRunningGroups, type RunningGroups } from './leftover-processes.js';
import { processEnvironment, type Environment } from './process-environment.js';
import type { RunSettings } from './run-lines.js';
import { workFailed } from './work-failed.js';

export interface RunnerOptions {
  /** Absolute path; workspaces, caches and drafts are below it. Owned by the executor's user alone. */
  readonly root: string;
  readonly agent: Agent;
  /** Values masked in everything that leaves the runner. */
  readonly secrets: readonly string[];
  readonly committer: { readonly name: string; readonly email: string };
  /** The environment of agents and commands, `PATH` included; whatever is not named here is not passed on. */
  readonly env?: Environment;
  /** Added to the environment of specwright's own git only: push credentials (`SSH_AUTH_SOCK`, `GIT_ASKPASS`, …). */
  readonly gitEnv?: Environment;
  /** What pull requests are opened with; without one for a forge, its pull requests are `not_authorized`. */
  readonly forgeTokens?: ForgeAccess['tokens'];
  /** Origins of self-hosted forges (`https://git.example.com`) that may be given the tokens. */
  readonly forgeOrigins?: readonly string[];
  readonly forgeLimits?: Partial<ForgeLimits>;
  /** Which remotes on this host's own disk its git may be given. */
  readonly localRemotes: LocalRemotes;
  /** The git program; `git` by default. */
  readonly git?: string;
}

/** Everything the operations of one executor share. */
export interface Host {
  readonly root: string;
  readonly agent: Agent;
  readonly secrets: readonly string[];
  readonly committer: RunnerOptions['committer'];
  readonly git: Git;
  readonly caches: Caches;
  readonly groups: RunningGroups;
  readonly forges: ForgeAccess;
  /** For drafts that are removed again. */
  readonly temp: string;
  readonly home: string;
  workspaceOf(sessionId: string): string;
  /** How programs of a session's commands are run. Agents have the executor's home: their sign-in lives there. */
  settings(context: RunContext, sessionId: string, who: 'agent' | 'command'): RunSettings;
}

export function createHost(options: RunnerOptions): Host {
  const { root, committer } = options;
  const tokens = options.forgeTokens ?? { github: null, gitlab: null };
  const secrets = [...options.secrets, ...Object.values(tokens).filter((token) => token !== null)];
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
    caches: createCaches(join(root, 'cache'), git, options.localRemotes),
    groups,
    forges: {
      tokens,
      origins: options.forgeOrigins ?? [],
      limits: { ...FORGE_LIMITS, ...options.forgeLimits },
    },
    temp: join(root, 'tmp'),
    home,
    workspaceOf: (sessionId) => {
      if (!isSessionId(sessionId)) throw workFailed('command_failed', 'the session id is not usable as a folder name');
      return join(root, 'workspaces', sessionId);
    },
    settings: (context, sessionId, who) => ({
      env: processEnvironment(who === 'agent' ? homedir() : home, options.env ?? {}),
      secrets,
      signal: context.signal,
      note: () => groups.note(sessionId),
    }),
  };
}

/** Git needs to be found; the rest of the commands' environment (an agent's key, say) is not its business. */
function searchPath(env: Environment | undefined): Environment {
  return env?.['PATH'] === undefined ? {} : { PATH: env['PATH'] };
}
