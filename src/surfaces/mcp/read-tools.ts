import { z } from 'zod';
import { RefusedError, type Next, type SessionSummary, type Waited } from '../../api/sessions.js';
import { SESSION_STATUSES, SESSION_TYPE_NAMES, WAITING_ON } from '../../domain/session.js';
import { fits } from './answer-size.js';
import { describeCommand } from './describe-command.js';
import { command, cursor, session, waitSeconds } from './inputs.js';
import { askAbout, SUBJECTS } from './ask-about.js';
import { tool, type Hints } from './tool.js';

const READS: Hints = { readOnlyHint: true, destructiveHint: false, idempotentHint: true };
const PAGE = 10;

export const listSessions = tool({
  name: 'list_sessions',
  title: 'List sessions',
  description:
    'Sessions of the project, newest first. waitingOn "client" are those with a command for you; "decision" those that need decide.',
  role: 'viewer',
  hints: READS,
  input: z.strictObject({
    status: z.enum(SESSION_STATUSES).optional(),
    type: z.enum(SESSION_TYPE_NAMES).optional(),
    waitingOn: z.enum(WAITING_ON).optional(),
    context: z.string().max(200).optional(),
    component: z.string().max(200).optional(),
    roots: z.boolean().optional().describe('Only sessions without a parent'),
    cursor,
  }),
  async run({ sessions, caller }, { cursor: from, roots, ...given }) {
    const filter = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    for (let limit = PAGE; ; limit = Math.ceil(limit / 2)) {
      const page = await sessions.list(
        caller.scope,
        { ...filter, ...(roots ? { parentSessionId: null } : {}) },
        { limit, ...(from === undefined ? {} : { cursor: from }) },
      );
      const answer = { items: page.items.map(briefSession), cursor: page.cursor };
      if (fits(answer) || limit === 1) return answer;
    }
  },
});

function briefSession(summary: SessionSummary): object {
  const { sessionId, type, context, component, status, mode, step, seq, waitingOn, parentSessionId } = summary;
  return {
    ...{ sessionId, type, context, component, status, mode, step, seq, waitingOn },
    ...(parentSessionId === null ? {} : { parentSessionId }),
  };
}

export const nextCommand = tool({
  name: 'next_command',
  title: 'See what is to be done next',
  description:
    'The open command of a session, or what it waits for, or that it is done. Advances nothing. Call take_command before you begin.',
  role: 'viewer',
  hints: READS,
  input: z.strictObject({
    sessionId: session,
    cursor: z.int().min(0).optional().describe('The cursor of the answer before'),
    waitSeconds,
  }),
  async run({ sessions, caller, signal }, { sessionId, cursor: after, waitSeconds: seconds = 0 }) {
    const wait = { waitMs: seconds * 1_000, signal };
    return describeNext(await sessions.nextAfter(caller.scope, sessionId, after ?? null, wait));
  },
});

function describeNext({ next, cursor: at }: Waited): object {
  return nextAnswer(next, (described) => ({ ...described, cursor: at }));
}

/** What comes next, with a command as far as it fits. */
export function nextAnswer(next: Next, within: (described: object) => object): object {
  switch (next.kind) {
    case 'command':
      return describeCommand(next.command, (brief) => within({ kind: 'command', command: brief }));
    case 'wait':
      return within({ kind: 'wait', on: next.on, since: next.since });
    case 'done':
      return within({ kind: 'done', status: next.status });
  }
}

export const ask = tool({
  name: 'ask',
  title: 'Read about a session',
  description:
    'Reads in pages of at most 4 KiB; follow `cursor` until it is null. about "session": state, turns and children; "prompt": the task of an agent command; "command": all else of it (JSON); "interaction": a turn with its result and judgement (JSON); "output": bytes of an output as text. Without seq and commandId the latest turn is meant.',
  role: 'viewer',
  hints: READS,
  input: z.strictObject({
    about: z.enum(SUBJECTS),
    sessionId: session.optional().describe('Needed for all but "output"'),
    seq: z.int().min(1).optional().describe('Number of the turn'),
    commandId: command.optional(),
    outputId: z.string().max(100).optional().describe('For "output": an id of an interaction\'s outputs'),
    cursor,
  }),
  async run(call, { about, sessionId, outputId, ...which }) {
    if (about === 'output') {
      if (outputId === undefined) throw needed('outputId', about);
      return askAbout.output(call, outputId, which.cursor);
    }
    if (sessionId === undefined) throw needed('sessionId', about);
    return askAbout[about](call, sessionId, which);
  },
});

function needed(field: string, about: string): RefusedError {
  const message = `${field} is needed for about "${about}"`;
  return new RefusedError({ code: 'invalid_input', message, field, fix: `give ${field}` });
}
