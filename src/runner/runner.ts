import { isAbsolute } from 'node:path';
import type { Command } from '../domain/command.js';
import type { Result } from '../domain/result.js';
import type { MergeRequest, RunContext, Runner } from '../ports/runner.js';
import { checkDocument } from './check-document.js';
import { checkChildren } from './check-children.js';
import { finalize } from './finalize.js';
import { mergeBranch } from './git/merge-branch.js';
import { removeWorkspace } from './git/workspace.js';
import { createHost, type Host, type RunnerOptions } from './host.js';
import { prepareWorkspace } from './prepare-workspace.js';
import { asResult, failureFrom } from './results.js';
import { runAgent } from './run-agent.js';
import { runScript } from './run-script.js';
import { makeFolder } from './workspace-files.js';

export type { RunnerOptions };

/** A runner with what its executor needs besides. */
export interface LocalRunner extends Runner {
  /** What keeps it from working (git or agent missing), a sentence each; asked once at start. */
  problems(): Promise<readonly string[]>;
  /** Removes a session's workspace; its branch stays in the cache. */
  removeWorkspace(sessionId: string): Promise<void>;
}

/** The first git with `merge-tree --write-tree`. */
const OLDEST_GIT = [2, 38] as const;

export function createRunner(options: RunnerOptions): LocalRunner {
  if (!isAbsolute(options.root)) throw new Error('the root of the runner has to be an absolute path');
  const host = createHost(options);
  const ready = async (): Promise<void> => {
    for (const folder of [host.root, host.home, host.temp]) await makeFolder(folder);
  };
  const result = (work: () => Promise<Result>): Promise<Result> =>
    asResult(host.secrets, async () => {
      await ready();
      return await work();
    });
  return {
    run: (command, context) => result(() => runByKind(host, command, context)),
    check: (command, context) => result(() => runByKind(host, command, context)),
    async merge(request, context) {
      await ready();
      return await mergeChild(host, request, context);
    },
    async problems() {
      await ready();
      const found = [await gitProblem(host), await host.agent.check()];
      return found.filter((problem) => problem !== null);
    },
    async removeWorkspace(sessionId) {
      await host.groups.endLeftovers(sessionId);
      await removeWorkspace(host.workspaceOf(sessionId));
    },
  };
}

async function runByKind(host: Host, command: Command, context: RunContext): Promise<Result> {
  switch (command.kind) {
    case 'prepare_workspace':
      return await prepareWorkspace(host, command.sessionId, command.metadata, context);
    case 'agent':
      return await runAgent(host, command, context);
    case 'check_document':
      return await checkDocument(host, command, context);
    case 'run_tests':
      return await runScript(host, command, context);
    case 'spawn_children':
      return await checkChildren(host, command, context);
    case 'finalize':
      return await finalize(host, command, context);
  }
}

async function mergeChild(host: Host, request: MergeRequest, context: RunContext): ReturnType<Runner['merge']> {
  const { sessionId, child, parentBranch, push, remote } = request;
  try {
    context.progress(`merging ${child.component}`);
    const childWorkspace = host.workspaceOf(child.sessionId);
    const commit = await host.caches.locked(remote, context.signal, (cache) =>
      mergeBranch(cache, { sessionId, parentBranch, child, push, progress: (line) => context.progress(line) }),
    );
    await host.groups.endLeftovers(child.sessionId);
    await removeWorkspace(childWorkspace);
    return { ok: true, commit };
  } catch (error) {
    return { ok: false, failure: failureFrom(error, host.secrets) };
  }
}

async function gitProblem(host: Host): Promise<string | null> {
  const needed = `git ${OLDEST_GIT.join('.')} or newer is needed (https://git-scm.com/downloads)`;
  try {
    const outcome = await host.git(['--version'], { signal: AbortSignal.timeout(10_000) });
    const [, major, minor] = /(\d+)\.(\d+)/.exec(outcome.stdout.toString('utf8')) ?? [];
    const found = [Number(major), Number(minor)] as const;
    const enough = found[0] > OLDEST_GIT[0] || (found[0] === OLDEST_GIT[0] && found[1] >= OLDEST_GIT[1]);
    return enough ? null : `${needed}; found ${outcome.stdout.toString('utf8').trim()}`;
  } catch (error) {
    return `${failureFrom(error, host.secrets).message}: ${needed}`;
  }
}
