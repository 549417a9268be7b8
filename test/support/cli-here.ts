import { connectTo, makeProjectHere, openKeyDesk } from '../../src/local-stack.js';
import { workHere } from '../../src/local-work.js';
import { connectOperating, diagnose } from '../../src/operator-tools.js';
import type { StackFile } from '../../src/dev/stack-file.js';
import type { Scope } from '../../src/domain/scope.js';
import type { CliEnvironment } from '../../src/surfaces/cli/environment.js';
import { runCli } from '../../src/surfaces/cli/program.js';
import type { CliEnd } from './cli-worker.js';
import { testStack, type Rig } from './rig.js';

/** `specwright` in this process, wired as the program is, in the data folder of `scope`; `input` is every file it reads. */
export async function runCliHere(rig: Rig, scope: Scope, args: readonly string[], input = ''): Promise<CliEnd> {
  const { temporal, taskQueue } = rig.config;
  const stack: StackFile = {
    temporal: { address: rig.address, namespace: temporal.namespace, webUi: 'http://localhost:1' },
    database: { ownerUrl: null, ...testStack().database },
    scope,
    taskQueue,
    executorQueue: rig.executorQueue,
    httpUrl: null,
    pids: { owner: process.pid, temporal: null, postgres: null },
  };
  const seen = { stdout: '', stderr: '' };
  const [signal, out, note] = [
    AbortSignal.timeout(60_000),
    (text: string) => void (seen.stdout += text),
    (text: string) => void (seen.stderr += text),
  ];
  const notHere = () => Promise.reject(new Error('not in a test'));
  const environment: CliEnvironment = {
    ...{ isTerminal: false, signal, out, note },
    readText: () => Promise.resolve(input),
    connect: () => connectTo(rig.config, stack),
    operate: () => connectOperating(rig.config, stack),
    diagnose: () => diagnose(rig.config, stack, []),
    keys: () => openKeyDesk(stack),
    makeProject: (request) => makeProjectHere(stack, request),
    work: (connected, order, say) => workHere(connected, order, { signal, note, say }),
    ...{
      up: notHere,
      worker: notHere,
      serve: notHere,
      setup: notHere,
      purge: notHere,
      demo: notHere,
      openInBrowser: notHere,
    },
  };
  return { code: await runCli(args, environment), ...seen };
}
