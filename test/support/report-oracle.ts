import { isDeepStrictEqual } from 'node:util';
import type { Next, Report } from '../../src/client.js';
import { resultDigest } from '../../src/domain/digest.js';
import { CHILDREN_DIGEST } from '../../src/domain/inbox.js';
import { canonicalJson } from '../../src/domain/json.js';
import { activityEnds, valueOf, type HistoryEvent } from './workflow-history.js';

/** What a client was told about a report it sent. */
export interface Ack {
  readonly sessionId: string;
  readonly commandId: string;
  /** Of the result it sent. */
  readonly digest: string;
  readonly via: 'signal' | 'update' | 'http';
  /** An answer as the first or as a duplicate; taken, without a verdict; refused because of another or of the end. */
  readonly said: 'first' | 'duplicate' | 'durable' | 'conflict' | 'closed';
  /** With an answer: what comes next. */
  readonly next?: Next;
  /** With a conflict: digest and time of the accepted result. */
  readonly accepted?: { readonly digest: string; readonly at: string | undefined };
}

/** What Event History says about the reports on one command that was offered to a client. */
export interface CommandHistory {
  readonly commandId: string;
  /** Digests in the order in which Temporal has them: signals, and updates that were not refused at once. */
  readonly received: readonly string[];
  /** Verdicts that the session went on with; more than one is the fault this is all about. */
  readonly applied: readonly { readonly digest: string; readonly status: string }[];
}

/** What Postgres says: interactions, and the results that were refused and kept. */
export interface ReportRows {
  readonly interactions: readonly {
    readonly commandId: string;
    readonly status: string;
    readonly digest: string | null;
    /** Null as long as there is no result. */
    readonly source: 'claimed' | 'observed' | null;
    /** Events that say it was completed. */
    readonly completions: number;
  }[];
  readonly kept: readonly { readonly commandId: string; readonly digest: string; readonly why: 'conflict' | 'late' }[];
}

/** Folds the events of all runs of a session by the rules of the inbox, which it knows by heart and not from the product. */
export function reportsIn(events: readonly HistoryEvent[]): readonly CommandHistory[] {
  const commands = new Map<
    string,
    { commandId: string; received: string[]; applied: CommandHistory['applied'][0][] }
  >();
  /** Signals on a command that history tells of later: whoever sent them read it in Postgres. */
  const early: { commandId: string; digest: string }[] = [];
  const endOf = activityEnds();
  let open: string | null = null;
  let judging: string | null = null;
  for (const event of events) {
    const report = reportOf(event);
    if (report !== null) {
      const digest = resultDigest(report.result);
      if (commands.has(report.commandId)) commands.get(report.commandId)!.received.push(digest);
      else early.push({ commandId: report.commandId, digest });
      if (report.commandId === open) judging ??= digest;
    }
    const end = endOf(event);
    if (end?.type.startsWith('generateCommand.')) {
      [open, judging] = [(end.result as { command?: { id: string } }).command?.id ?? null, null];
      const received = early.filter(({ commandId }) => commandId === open).map(({ digest }) => digest);
      judging = received[0] ?? null;
      if (open !== null) commands.set(open, { commandId: open, received, applied: [] });
    }
    if (end?.type.startsWith('validateResult.')) {
      const { verdict, digest } = end.result as { verdict?: { status: string }; digest?: string };
      if (open !== null && verdict !== undefined) {
        commands.get(open)!.applied.push({ digest: digest ?? judging ?? CHILDREN_DIGEST, status: verdict.status });
      }
      judging = null;
    }
  }
  return [...commands.values()];
}

function reportOf(event: HistoryEvent): Report | null {
  const signal = event.workflowExecutionSignaledEventAttributes;
  const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
  const value =
    signal?.signalName === 'reportResult'
      ? valueOf(signal.input?.payloads?.[0])
      : update?.name === 'submitResult'
        ? valueOf(update.args?.payloads?.[0])
        : null;
  // Others may send anything; what has no result is refused and counted.
  return (value as Report | null)?.result ? (value as Report) : null;
}

/** Every way in which acknowledgements, Event History and rows of one session do not tell one story, as sentences. */
export function reportFaults(
  acks: readonly Ack[],
  history: readonly CommandHistory[],
  rows: ReportRows,
): readonly string[] {
  const known = new Map(history.map((command) => [command.commandId, command]));
  return [
    ...history.flatMap((command) => commandFaults(command, rows)),
    ...rows.interactions.flatMap(({ commandId, status, source }) =>
      source === 'claimed' && status !== 'superseded' && !known.has(commandId)
        ? [`${commandId} has a result in its row, and history does not know it`]
        : [],
    ),
    ...acks.flatMap((ack) => ackFaults(ack, known.get(ack.commandId), rows)),
    ...answerFaults(acks),
  ];
}

function commandFaults({ commandId, applied }: CommandHistory, { interactions }: ReportRows): readonly string[] {
  const mine = interactions.filter((row) => row.commandId === commandId);
  const [row] = mine.filter(({ status }) => !['pending', 'superseded'].includes(status));
  const inRow = row ? [`${row.status} ${row.digest}`] : [];
  const inHistory = applied.map(({ status, digest }) => `${status} ${digest}`);
  return [
    ...(mine.length === 1 ? [] : [`${commandId} has ${mine.length} rows`]),
    ...(applied.length > 1 ? [`${commandId} was applied ${applied.length} times`] : []),
    ...((row?.completions ?? 1) === 1 ? [] : [`${commandId} was completed ${row!.completions} times`]),
    ...(isDeepStrictEqual(inRow, inHistory)
      ? []
      : [`${commandId} is [${inRow.join()}] in its row and [${inHistory.join()}] in history`]),
  ];
}

function ackFaults(ack: Ack, command: CommandHistory | undefined, rows: ReportRows): readonly string[] {
  const { commandId, digest, said, via } = ack;
  const name = `the report ${digest.slice(0, 8)} on ${commandId}, told ${said},`;
  const { received = [] } = command ?? {};
  const applied = command?.applied[0]?.digest;
  const isKept = rows.kept.some((one) => one.commandId === commandId && one.digest === digest);
  // By Temporal alone a refused result may be nowhere but with its sender.
  const notKept = via !== 'http' || isKept ? [] : [`${name} is not kept`];
  switch (said) {
    case 'first':
    case 'duplicate':
      if (applied !== digest) return [`${name} is lost: applied is ${applied}`];
      return received.includes(digest) ? [] : [`${name} is not in history`];
    case 'durable': {
      if (!received.includes(digest)) return isKept ? [] : [`${name} is not in history`];
      if (applied === undefined)
        return rows.interactions.some((row) => row.commandId === commandId && row.status === 'superseded')
          ? []
          : [`${name} is lost: nothing is applied`];
      const isFirst = received.indexOf(digest) < received.indexOf(applied);
      return isFirst ? [`${name} is lost: applied is ${applied}, which came later`] : [];
    }
    case 'conflict':
      return [
        ...(digest === applied ? [`${name} was applied`] : []),
        ...(ack.accepted?.digest === applied
          ? []
          : [`${name} was shown ${ack.accepted?.digest}, applied is ${applied}`]),
        ...(ack.accepted?.at === undefined ? [`${name} was not told when the accepted one came`] : []),
        ...notKept,
      ];
    case 'closed':
      return notKept;
  }
}

/** One first answer per command at most, the same to everybody; one time of acceptance. */
function answerFaults(acks: readonly Ack[]): readonly string[] {
  return [...new Set(acks.map(({ commandId }) => commandId))].flatMap((commandId) => {
    const all = acks.filter((ack) => ack.commandId === commandId);
    const firsts = all.filter(({ said }) => said === 'first').length;
    const answers = new Set(all.flatMap(({ next }) => (next === undefined ? [] : [canonicalJson(next)])));
    const times = new Set(all.flatMap(({ accepted }) => accepted?.at ?? []));
    return [
      ...(firsts > 1 ? [`${commandId} has ${firsts} first answers`] : []),
      ...(answers.size > 1 ? [`${commandId} has different answers`] : []),
      ...(times.size > 1 ? [`${commandId} was accepted at ${[...times].join(' and ')}`] : []),
    ];
  });
}
