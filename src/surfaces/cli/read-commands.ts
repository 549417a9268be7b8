import { Option } from 'commander';
import {
  SESSION_STATUSES,
  SESSION_TYPE_NAMES,
  WAITING_ON,
  type SessionStatus,
  type SessionTypeName,
  type WaitingOn,
} from '../../domain/session.js';
import type { SessionDetail } from '../../api/sessions.js';
import { EXIT, jsonText, printable, UsageError } from './errors.js';
import { type AddTo, JSON_OPTION } from './add-to.js';
import { elapsed } from './tree-lines.js';
import { watchSession } from './watch-session.js';

interface ListOptions {
  readonly status?: SessionStatus;
  readonly type?: SessionTypeName;
  readonly waitingOn?: WaitingOn;
  readonly context?: string;
  readonly component?: string;
  readonly all?: boolean;
  readonly limit: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

export function addReadCommands(add: AddTo): void {
  addList(add);
  addShow(add);
  addWatch(add);
  addOpen(add);
}

function addList({ program, environment, connected }: AddTo): void {
  program
    .command('list')
    .description('list sessions, newest first')
    .addOption(new Option('--status <status>').choices(SESSION_STATUSES))
    .addOption(new Option('--type <type>').choices(SESSION_TYPE_NAMES))
    .addOption(new Option('--waiting-on <what>').choices(WAITING_ON))
    .option('--context <name>')
    .option('--component <name>')
    .option('--all', 'children too, not only roots')
    .option('--limit <n>', 'at most this many', '20')
    .option('--cursor <cursor>', 'where the page before ended')
    .option(...JSON_OPTION)
    .action((options: ListOptions) =>
      connected(async ({ sessions, scope }) => {
        const { all, limit, cursor, json, ...filter } = options;
        if (!/^[1-9][0-9]{0,2}$/.test(limit)) throw new UsageError(`--limit ${limit} is not a number from 1 to 999`);
        const page = await sessions.list(
          scope,
          { ...filter, ...(all ? {} : { parentSessionId: null }) },
          { limit: Number(limit), ...(cursor === undefined ? {} : { cursor }) },
        );
        if (json) return environment.out(`${jsonText(page)}\n`);
        for (const item of page.items) {
          const subject = item.component === null ? item.context : `${item.context}/${item.component}`;
          const state =
            item.status === 'active' ? `${item.step ?? '–'}, waiting on ${item.waitingOn ?? '–'}` : item.status;
          environment.out(
            `${printable(`${item.sessionId}  ${item.type}  ${subject}  ${state}  ${elapsed(item, new Date())}`)}\n`,
          );
        }
        if (page.cursor !== null) environment.out(`more: --cursor ${printable(page.cursor)}\n`);
      }),
    );
}

function addShow({ program, environment, connected }: AddTo): void {
  program
    .command('show')
    .description('show a session with its interactions and children')
    .argument('<session>')
    .option(...JSON_OPTION)
    .action((sessionId: string, { json }: { json?: boolean }) =>
      connected(async ({ sessions, scope }) => {
        const detail = await sessions.show(scope, sessionId);
        environment.out(json ? `${jsonText(detail)}\n` : `${printable(describe(detail))}\n`);
      }),
    );
}

function addWatch({ program, environment, connected, exitWith }: AddTo): void {
  program
    .command('watch')
    .description('show the live tree of a session until it is closed')
    .argument('<session>')
    .option(...JSON_OPTION)
    .action((sessionId: string, { json }: { json?: boolean }) =>
      connected(async ({ sessions, scope }) => {
        const output = {
          isTerminal: environment.isTerminal && !json,
          write: json ? environment.note : environment.out,
        };
        const tree = await watchSession(sessions, scope, sessionId, output, environment.signal);
        if (json) environment.out(`${jsonText(tree)}\n`);
        exitWith(tree[0]?.status === 'complete' ? EXIT.ok : EXIT.failed);
      }),
    );
}

function addOpen({ program, environment, connected }: AddTo): void {
  program
    .command('open')
    .description('open a session in the Temporal Web UI')
    .argument('<session>')
    .option(...JSON_OPTION)
    .action((sessionId: string, { json }: { json?: boolean }) =>
      connected(async ({ sessions, scope, sessionUrl }) => {
        await sessions.show(scope, sessionId);
        const url = sessionUrl(sessionId);
        if (url === null) throw new UsageError('the Web UI is not known; only the embedded stack tells where it is');
        environment.out(json ? `${jsonText({ url })}\n` : `${url}\n`);
        if (!json && environment.isTerminal) await environment.openInBrowser(url);
      }),
    );
}

function usageLine({
  commands,
  inputTokens,
  outputTokens,
  costUsd,
  withoutTokens,
  withoutCost,
}: SessionDetail['usage']): string {
  const rest = (unknown: number): string => (unknown === 0 ? '' : ` (${unknown} unknown)`);
  const tokens =
    inputTokens === null ? 'tokens unknown' : `${inputTokens} + ${outputTokens ?? '?'} tokens${rest(withoutTokens)}`;
  const cost = costUsd === null ? 'cost unknown' : `${costUsd.toFixed(2)} USD${rest(withoutCost)}`;
  return `${commands} commands, ${tokens}, ${cost}`;
}

function describe(detail: SessionDetail): string {
  const { sessionId, type, context, component, status, mode, step, waitingOn, state, failure } = detail;
  const head = [
    `session    ${sessionId}`,
    `type       ${type} (${mode})`,
    `subject    ${component === null ? context : `${context}/${component}`}`,
    `status     ${status}${status === 'active' ? ` · ${step ?? '–'} · waiting on ${waitingOn ?? '–'}` : ''}`,
    ...(failure ? [`failure    ${failure.kind}: ${failure.message}`] : []),
    ...(state.branch ? [`branch     ${state.branch}`] : []),
    ...(state.commit ? [`commit     ${state.commit}`] : []),
    ...(state.remoteSha ? [`remote     ${state.remoteSha}`] : []),
    ...(state.pullRequest?.url ? [`pull request ${state.pullRequest.url}`] : []),
    ...(detail.usage.commands > 0 ? [`agents     ${usageLine(detail.usage)}`] : []),
  ];
  const turns = detail.interactions.map(({ seq, step: name, status: result, failure: why, commandId }) => {
    const reason = why ? ` · ${why.kind}: ${why.message.slice(0, 200)}` : '';
    return `${String(seq).padStart(3)}  ${name}  ${result}  ${commandId}${reason}`;
  });
  const children = detail.children.map(
    (child) => `     ${child.component ?? '–'} · attempt ${child.attempt} · ${child.status} · ${child.sessionId}`,
  );
  return [...head, ...(turns.length > 0 ? ['', ...turns] : []), ...(children.length > 0 ? ['', ...children] : [])].join(
    '\n',
  );
}
