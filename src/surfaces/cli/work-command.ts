import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { SESSION_TYPE_NAMES, type SessionTypeName } from '../../domain/session.js';
import { type AddTo, JSON_OPTION } from './add-to.js';
import type { Connected, WorkOrder, WorkReport } from './environment.js';
import { EXIT, jsonText, printable, UsageError } from './errors.js';

interface WorkFlags {
  readonly project?: boolean;
  readonly type?: SessionTypeName;
  readonly context?: string;
  readonly dir: string;
  readonly agent?: string;
  readonly ask?: boolean;
  readonly owner?: string;
  readonly lease: number;
  readonly anyRemote?: boolean;
  readonly json?: boolean;
}

const WORK_HELP = `
Works in the checkout itself, with your git configuration and credentials, and pushes only what a command's script says.
While it works on a command it holds its lease; killed in the middle and run again it goes on with the same command.
What one session has not committed is put aside under refs/specwright/parked/ while another one needs the checkout.

Exit codes of work:
  0  nothing is left for a client here; of a session: it is not closed, or complete
  1  the session failed or was cancelled, it was stopped by Ctrl-C, or a person is needed (a merge conflict)
  2  the checkout has changes of its own, is another project's or in use; the agent is missing; wrong usage
  3  specwright refused it`;

export function addWorkCommand({ program, environment, connected, exitWith }: AddTo): void {
  program
    .command('work')
    .description(
      'take open commands of a session and its children, or of the project, and carry them out in a checkout',
    )
    .argument('[session]')
    .option('--project', 'of every session of the project')
    .addOption(new Option('--type <type>', 'with --project: only sessions of this type').choices(SESSION_TYPE_NAMES))
    .option('--context <name>', 'with --project: only sessions of this context')
    .option('--dir <folder>', 'a folder of the checkout', '.')
    .option('--agent <kind>', 'who does what agent commands ask for, in place of SPECWRIGHT_AGENT')
    .option('--ask', 'ask the person at the terminal to do it')
    .option('--owner <name>', 'what the worker calls itself (default: the last one here, or user@host:folder)')
    .option('--lease <seconds>', 'how long a command stays taken when nothing more is heard', seconds, 60)
    .option('--any-remote', "the checkout's origin may differ from the project's remote")
    .option(...JSON_OPTION)
    .addHelpText('after', WORK_HELP)
    .action((session: string | undefined, flags: WorkFlags) => {
      const order = orderOf(session, flags);
      const write = flags.json ? environment.note : environment.out;
      return connected(async (stack) => {
        const report = await environment.work(stack, order, (line) => write(`${printable(line)}\n`));
        const status = session === undefined ? null : (await stack.sessions.show(stack.scope, session)).status;
        environment.out(flags.json ? `${jsonText({ ...report, status })}\n` : `${printable(lastLine(report))}\n`);
        exitWith(codeOf(report, status));
      });
    });
}

function orderOf(session: string | undefined, flags: WorkFlags): WorkOrder {
  const { project = false, type, context, dir, agent, ask = false, owner, lease, anyRemote = false } = flags;
  if ((session === undefined) !== project) throw new UsageError('give a session, or --project');
  if (!project && (type ?? context) !== undefined) throw new UsageError('--type and --context go with --project');
  if (ask && agent !== undefined) throw new UsageError('give --agent or --ask, not both');
  if (owner !== undefined && !/^[^\p{Cc}]{1,200}$/u.test(owner))
    throw new UsageError('--owner has to be 1 to 200 characters without control characters');
  return {
    field:
      session === undefined
        ? {
            kind: 'project',
            ...(type === undefined ? {} : { type }),
            ...(context === undefined ? {} : { context }),
          }
        : { kind: 'session', sessionId: session },
    dir: resolve(dir),
    hands: ask ? 'person' : (agent ?? 'configured'),
    owner: owner ?? null,
    leaseMs: lease * 1_000,
    anyRemote,
  };
}

function codeOf(
  { end }: WorkReport,
  status: Awaited<ReturnType<Connected['sessions']['show']>>['status'] | null,
): number {
  if (end === 'interrupted') return EXIT.failed;
  return status === 'failed' || status === 'cancelled' ? EXIT.failed : EXIT.ok;
}

function lastLine({ done, end, why }: WorkReport): string {
  const count = `${done.length} ${done.length === 1 ? 'command' : 'commands'} carried out`;
  return why === '' || end === 'interrupted' ? `${count}; ${end}` : `${count}; ${end}: ${why}`;
}

function seconds(text: string): number {
  if (!/^[1-9][0-9]{0,3}$/.test(text)) throw new InvalidArgumentError('Give whole seconds from 1 to 9999.');
  return Number(text);
}
