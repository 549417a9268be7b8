import { statusOf, type Execution } from './reconcile.js';
import type { SessionStatus, WaitingOn } from './session.js';

/** A row as it is compared with what Temporal and the workflow itself say. Times in milliseconds. */
export interface ComparedRow {
  readonly sessionId: string;
  readonly status: SessionStatus;
  readonly step: string | null;
  readonly seq: number;
  readonly waitingOn: WaitingOn | null;
  readonly branch: string | null;
  readonly commit: string | null;
  readonly revision: number;
  /** How many events there are, and the last one's revision. */
  readonly events: { readonly count: number; readonly last: number };
  /** Whether the reconciler's list of open sessions has it. */
  readonly isListed: boolean;
  readonly interactions: readonly { readonly seq: number; readonly commandId: string; readonly status: string }[];
  /** The newest of each component. */
  readonly children: readonly ComparedChild[];
}

export interface ComparedChild {
  readonly component: string;
  readonly sessionId: string;
  readonly attempt: number;
  /** In the parent's table of children. */
  readonly status: string;
  /** Of its own row. */
  readonly ownStatus: string;
  readonly isMerged: boolean;
  readonly createdAt: number;
}

/** The part of a workflow's view of itself that rows have too. */
export interface ComparedView {
  readonly step: string | null;
  readonly seq: number;
  readonly waitingOn: WaitingOn | null;
  readonly openCommandId: string | null;
  readonly branch: string | null;
  readonly commit: string | null;
  readonly children: readonly {
    readonly component: string;
    readonly sessionId: string;
    readonly attempt: number;
    readonly status: string;
    readonly merged: boolean;
  }[];
}

export const DIFFERENCES = [
  'status',
  'missing_workflow',
  'missing_row',
  'step',
  'seq',
  'open_command',
  'waiting_on',
  'branch',
  'commit',
  'children',
  'events',
  'listing',
] as const;

export interface Difference {
  readonly sessionId: string;
  readonly what: (typeof DIFFERENCES)[number];
  /** As the read model has it, and as Temporal has it. */
  readonly row: string;
  readonly temporal: string;
}

type Found = Omit<Difference, 'sessionId'>;

/** Every way in which a row is not what Temporal says; `view` is null for a workflow that is closed or does not answer. */
export function differences(
  row: ComparedRow,
  execution: Execution | null,
  view: ComparedView | null,
): readonly Difference[] {
  const found = [
    ...ofItself(row),
    ...ofStatus(row, execution),
    ...(row.status === 'active' && execution?.status === 'running' && view !== null
      ? [...ofStanding(row, view), ...ofChildren(row, execution, view)]
      : []),
  ];
  return found.map((difference) => ({ sessionId: row.sessionId, ...difference }));
}

type Value = string | number | null;

function unequal(what: Found['what'], row: Value, temporal: Value): readonly Found[] {
  return row === temporal ? [] : [{ what, row: String(row ?? 'none'), temporal: String(temporal ?? 'none') }];
}

/** What a row says of itself has to hold without Temporal. */
function ofItself(row: ComparedRow): readonly Found[] {
  const { count, last } = row.events;
  const events = `${count} events up to revision ${last}`;
  return [
    ...unequal('events', events, `${row.revision} events up to revision ${row.revision}`),
    ...unequal('listing', row.isListed ? 'open' : 'closed', row.status === 'active' ? 'open' : 'closed'),
  ];
}

/** Closed rows outlive Temporal's memory, and a planned child has no workflow yet. */
function ofStatus(row: ComparedRow, execution: Execution | null): readonly Found[] {
  if (execution === null) {
    const isMissing = row.status === 'active' && row.waitingOn !== 'slot';
    return isMissing ? [{ what: 'missing_workflow', row: row.status, temporal: 'no workflow' }] : [];
  }
  const pending = row.status === 'active' ? undefined : row.interactions.find(({ status }) => status === 'pending');
  return [
    ...(row.status === statusOf(execution)
      ? []
      : [{ what: 'status' as const, row: row.status, temporal: execution.status }]),
    ...(pending ? unequal('open_command', pending.commandId, null) : []),
  ];
}

function ofStanding(row: ComparedRow, view: ComparedView): readonly Found[] {
  return [
    // Without an open command the workflow already names the step that comes after a pause.
    ...(view.openCommandId === null ? [] : unequal('step', row.step, view.step)),
    ...unequal('seq', row.seq, view.seq),
    ...unequal('waiting_on', row.waitingOn, view.waitingOn),
    ...ofOpenCommand(row, view),
    // After a reset the row may know more than the workflow.
    ...(view.branch === null ? [] : unequal('branch', row.branch, view.branch)),
    ...(view.commit === null ? [] : unequal('commit', row.commit, view.commit)),
  ];
}

/** A command that is answered in the row is open in a workflow that was reset to before its report. */
function ofOpenCommand({ interactions }: ComparedRow, { openCommandId, waitingOn }: ComparedView): readonly Found[] {
  const pending = interactions.find(({ status }) => status === 'pending')?.commandId ?? null;
  const open = interactions.find(({ commandId }) => commandId === openCommandId);
  const isAnswered = pending === null && open !== undefined && open.status !== 'superseded';
  return isAnswered || waitingOn === 'system' ? [] : unequal('open_command', pending, openCommandId);
}

function ofChildren(row: ComparedRow, { startedAt }: Execution, view: ComparedView): readonly Found[] {
  const rows = new Map(row.children.map((child) => [child.component, child]));
  const views = new Map(view.children.map((child) => [child.component, child]));
  // Planned ones are in no workflow yet; those of an earlier run may be beyond a reset.
  const unknown = row.children.filter(
    (child) => !isWaiting(child.status) && child.createdAt > startedAt && !views.has(child.component),
  );
  return [
    ...view.children.flatMap((child) => unequal('children', shown(rows.get(child.component), child), viewed(child))),
    ...unknown.flatMap((child) => unequal('children', shown(child, null), null)),
    ...row.children.flatMap(({ component, status, ownStatus }) =>
      isSettled(status) && outcome(status) !== outcome(ownStatus)
        ? [{ what: 'children' as const, row: `${component}: ${status}`, temporal: `its own row: ${ownStatus}` }]
        : [],
    ),
  ];
}

type ViewChild = ComparedView['children'][number];

const isWaiting = (status: string): boolean => status === 'planned';
const isSettled = (status: string): boolean => status !== 'planned' && status !== 'active';
/** A parent calls a child failed that an operator ended. */
const outcome = (status: string): string => (status === 'cancelled' ? 'failed' : status);

function viewed({ component, sessionId, attempt, status, merged }: ViewChild): string {
  return described(component, attempt, sessionId, outcome(status), merged);
}

/** A row may hear of a child's beginning and end a moment before or after the parent does. */
function shown(child: ComparedChild | undefined, beside: ViewChild | null): string | null {
  if (child === undefined) return null;
  const isOnItsWay = beside !== null && !isSettled(beside.status);
  const status = isOnItsWay ? beside.status : child.status;
  return described(child.component, child.attempt, child.sessionId, outcome(status), child.isMerged);
}

function described(component: string, attempt: number, id: string, status: string, isMerged: boolean): string {
  return `${component} attempt ${attempt} (${id}): ${status}${isMerged ? ', merged' : ''}`;
}
