import { InvalidArgumentError } from 'commander';
import { BOUND_NAMES, type BoundName, type Bounds } from '../../domain/bounds.js';
import type { Report } from '../../domain/result.js';
import {
  EXECUTION_MODES,
  SESSION_TYPE_NAMES,
  type ExecutionMode,
  type OnExhausted,
  type SessionTypeName,
} from '../../domain/session.js';
import type { DecisionRequest } from '../../api/sessions.js';
import type { CliEnvironment } from './environment.js';
import { jsonText, messageOf, UsageError } from './errors.js';
import { type AddTo, JSON_OPTION } from './add-to.js';

interface StartOptions {
  readonly component?: string;
  readonly mode: ExecutionMode;
  readonly executor?: string | false;
  readonly onExhausted: OnExhausted;
  readonly bound?: Bounds;
  readonly base?: string;
  readonly json?: boolean;
}

export function addSessionCommands(add: AddTo): void {
  addStart(add);
  addNext(add);
  addReport(add);
  addMode(add);
  addDecide(add);
  addCancel(add);
}

function addStart({ program, environment, connected }: AddTo): void {
  program
    .command('start')
    .description('start a session')
    .argument('<type>', SESSION_TYPE_NAMES.join(', '), oneOf(SESSION_TYPE_NAMES))
    .argument('<context>', 'name of the context')
    .option('-c, --component <name>', 'for component types')
    .option('-m, --mode <mode>', EXECUTION_MODES.join(', '), oneOf(EXECUTION_MODES), 'manual')
    .option('--executor <queue>', "the executor's Task Queue (default: the configured one)")
    .option('--no-executor', 'clients get every command of the tree')
    .option('--on-exhausted <what>', 'wait for a decision, or fail', oneOf(['wait', 'fail'] as const), 'wait')
    .option('--base <branch>', 'start from this branch and deliver into it (default: the default branch)')
    .option('-b, --bound <name=n...>', `bounds: ${BOUND_NAMES.join(', ')}`, readBound)
    .option(...JSON_OPTION)
    .action((sessionType: SessionTypeName, context: string, options: StartOptions) =>
      connected(async ({ sessions, scope }) => {
        const { component, mode, executor, onExhausted, bound, base } = options;
        const started = await sessions.start(scope, {
          sessionType,
          context,
          mode,
          onExhausted,
          ...(executor === undefined ? {} : { executorQueue: executor === false ? null : executor }),
          ...(component === undefined ? {} : { component }),
          ...(bound === undefined ? {} : { bounds: bound }),
          ...(base === undefined ? {} : { baseBranch: base }),
        });
        print(environment, options.json, started, started.sessionId);
      }),
    );
}

function addNext({ program, environment, connected }: AddTo): void {
  program
    .command('next')
    .description('show the open command of a session, or what it waits for')
    .argument('<session>')
    .option(...JSON_OPTION)
    .action((sessionId: string, { json }: { json?: boolean }) =>
      connected(async ({ sessions, scope }) => {
        const next = await sessions.next(scope, sessionId);
        environment.out(`${jsonText(next, json ? 0 : 2)}\n`);
      }),
    );
}

function addReport({ program, environment, connected }: AddTo): void {
  program
    .command('report')
    .description('report a result and print what comes next; the same report again is safe')
    .argument('<session>')
    .requiredOption('-f, --file <path>', 'JSON {"commandId", "result"}; `-` reads stdin')
    .option('--signal', 'only hand it over durably, do not wait for the verdict')
    .option(...JSON_OPTION)
    .action((sessionId: string, options: { file: string; signal?: boolean; json?: boolean }) =>
      connected(async ({ sessions, scope }) => {
        const report = parseReport(await environment.readText(options.file), options.file);
        if (options.signal) {
          await sessions.report(scope, sessionId, report);
          return print(environment, options.json, { durable: true }, 'handed over');
        }
        const answer = await sessions.submit(scope, sessionId, report);
        environment.out(`${jsonText(answer, options.json ? 0 : 2)}\n`);
      }),
    );
}

function addMode({ program, environment, connected }: AddTo): void {
  program
    .command('mode')
    .description('change who gets the commands of a session, from the next one on')
    .argument('<session>')
    .argument('<mode>', EXECUTION_MODES.join(', '), oneOf(EXECUTION_MODES))
    .option(...JSON_OPTION)
    .action((sessionId: string, mode: ExecutionMode, { json }: { json?: boolean }) =>
      connected(async ({ sessions, scope }) => {
        await sessions.setMode(scope, sessionId, mode);
        print(environment, json, { mode }, `mode: ${mode}`);
      }),
    );
}

function addDecide({ program, environment, connected }: AddTo): void {
  program
    .command('decide')
    .description('decide about a session that waits for a decision')
    .argument('<session>')
    .argument('<action>', DECISIONS.join(', '), oneOf(DECISIONS))
    .option('-c, --component <name>', 'what to go on without; for waive')
    .option('--by <bound=n>', 'which bound to raise, and by how much; for extend', readBound)
    .requiredOption('-r, --reason <text>', 'why; it is kept in the history')
    .option(...JSON_OPTION)
    .action((sessionId: string, action: Decided, options: DecideOptions) =>
      connected(async ({ sessions, scope }) => {
        await sessions.decide(scope, sessionId, decisionOf(action, options));
        print(environment, options.json, { decided: action }, `decided: ${action}`);
      }),
    );
}

const DECISIONS = ['retry', 'extend', 'waive', 'fail'] as const;
type Decided = (typeof DECISIONS)[number];
interface DecideOptions {
  readonly component?: string;
  readonly by?: Bounds;
  readonly reason: string;
  readonly json?: boolean;
}

function decisionOf(action: Decided, { component, by: raise, reason }: DecideOptions): DecisionRequest {
  const [name, by] = Object.entries(raise ?? {})[0] ?? [];
  if (component !== undefined && action !== 'waive')
    throw new UsageError(`--component is for waive, not for ${action}`);
  if (raise !== undefined && action !== 'extend') throw new UsageError(`--by is for extend, not for ${action}`);
  switch (action) {
    case 'waive':
      if (component === undefined) throw new UsageError('waive needs --component <name>');
      return { action, component, reason };
    case 'extend':
      if (name === undefined || by === undefined) throw new UsageError('extend needs --by <bound=n>');
      return { action, bound: name as BoundName, by, reason };
    case 'retry':
    case 'fail':
      return { action, reason };
  }
}

function addCancel({ program, environment, connected }: AddTo): void {
  program
    .command('cancel')
    .description('cancel a session, its children and their running commands')
    .argument('<session>')
    .option('-r, --reason <text>', 'why; it is kept in the history', 'cancelled from the command line')
    .option(...JSON_OPTION)
    .action((sessionId: string, { reason, json }: { reason: string; json?: boolean }) =>
      connected(async ({ sessions, scope }) => {
        await sessions.cancel(scope, sessionId, reason);
        print(environment, json, { requested: true }, 'cancellation requested');
      }),
    );
}

function print(environment: CliEnvironment, json: boolean | undefined, value: unknown, line: string): void {
  environment.out(json ? `${jsonText(value)}\n` : `${line}\n`);
}

function parseReport(text: string, file: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch (error) {
    throw new UsageError(
      `${file} is not JSON: ${messageOf(error)}; write {"commandId": "…", "result": {"status": "ok"}}`,
    );
  }
}

function oneOf<const T extends string>(options: readonly T[]): (value: string) => T {
  return (value) => {
    const found = options.find((option) => option === value);
    if (found === undefined) throw new InvalidArgumentError(`Use one of: ${options.join(', ')}.`);
    return found;
  };
}

function readBound(text: string, before: Bounds | undefined): Bounds {
  const [name = '', value = ''] = text.split('=');
  if (!BOUND_NAMES.some((known) => known === name) || !/^[1-9][0-9]{0,2}$/.test(value)) {
    throw new InvalidArgumentError(`Write NAME=N with one of: ${BOUND_NAMES.join(', ')}.`);
  }
  return { ...before, [name]: Number(value) };
}
