import { z } from 'zod';
import { RefusedError, type DecisionRequest } from '../../api/sessions.js';
import { BOUND_NAMES, MAX_BOUND } from '../../domain/bounds.js';
import { name, reason, resultSchema } from '../../schemas/messages.js';
import { describeCommand } from './describe-command.js';
import { command, session } from './inputs.js';
import type { McpCall } from './mcp-deps.js';
import { nextAnswer } from './read-tools.js';
import { tool, type Hints } from './tool.js';

/** Done again they change nothing more, and nothing is undone by them. */
const SAFE_TO_REPEAT: Hints = { readOnlyHint: false, destructiveHint: false, idempotentHint: true };
const DESTRUCTIVE: Hints = { readOnlyHint: false, destructiveHint: true, idempotentHint: false };

/** An agent thinks for minutes and has no timer to renew with. */
const DEFAULT_LEASE_SECONDS = 600;

export const takeCommand = tool({
  name: 'take_command',
  title: 'Take, renew or give back a command',
  description:
    'Takes the open command of a session for a while, so that nobody else does the same work. Again by the same owner: renews it. Report with the lease number. With `release` it is given back.',
  role: 'developer',
  hints: SAFE_TO_REPEAT,
  input: z.strictObject({
    sessionId: session,
    commandId: command.optional().describe('Default: the open command'),
    owner: z
      .string()
      .regex(/^[^\p{Cc}]{1,200}$/u, 'must be 1 to 200 characters without control characters')
      .optional()
      .describe('What you call yourself; agents that share a key need different ones'),
    leaseSeconds: z.int().min(10).max(3_600).optional(),
    release: z.int().min(1).optional().describe('The lease number to give back; with commandId'),
  }),
  async run(call, { sessionId, commandId, owner, leaseSeconds = DEFAULT_LEASE_SECONDS, release }) {
    const { sessions, caller } = call;
    if (release !== undefined) return giveBack(call, sessionId, commandId, release);
    const next = await sessions.next(caller.scope, sessionId);
    const open = next.kind === 'command' ? next.command : null;
    if (commandId !== undefined && commandId !== open?.id) {
      const fix = 'call next_command and take what is open now';
      throw new RefusedError({ code: 'command_gone', message: 'the command is not open', field: 'commandId', fix });
    }
    if (open === null) return nextAnswer(next, (described) => described);
    const lease = await sessions.take(caller.scope, sessionId, {
      commandId: open.id,
      owner: owner ?? `mcp ${caller.keyId}`,
      ttlMs: leaseSeconds * 1_000,
    });
    const { number, owner: holder, expiresAt } = lease;
    return describeCommand(open, (brief) => ({ lease: { number, owner: holder, expiresAt }, command: brief }));
  },
});

async function giveBack(
  { sessions, caller }: McpCall,
  sessionId: string,
  commandId: string | undefined,
  number: number,
): Promise<object> {
  if (commandId === undefined) {
    const fix = 'give the commandId that the lease is for';
    throw new RefusedError({ code: 'invalid_input', message: 'commandId is needed', field: 'commandId', fix });
  }
  await sessions.release(caller.scope, sessionId, { commandId, number });
  return { released: true };
}

export const reportResult = tool({
  name: 'report_result',
  title: 'Report a result',
  description:
    'Reports what came of a command and answers what comes next. The same report again is safe and gets the first answer. Judged by evidence: report the expected files with sha256, test reports and documents as outputs named by the command, git facts.',
  role: 'developer',
  hints: SAFE_TO_REPEAT,
  input: z.strictObject({
    sessionId: session,
    commandId: command,
    lease: z.int().min(1).optional().describe('The number take_command gave'),
    result: resultSchema,
  }),
  async run({ sessions, caller }, { sessionId, commandId, lease, result }) {
    const report = { commandId, result, ...(lease === undefined ? {} : { lease }) };
    const answer = await sessions.submit(caller.scope, sessionId, report);
    if ('durable' in answer) {
      return {
        accepted: true,
        durable: true,
        message: 'kept and judged later; call next_command to see what came of it',
      };
    }
    const { accepted, duplicate } = answer;
    return nextAnswer(answer.next, (next) => ({ accepted, duplicate, next }));
  },
});

export const decide = tool({
  name: 'decide',
  title: 'Decide about a session that waits for a decision',
  description:
    'retry: the step again; extend: `by` more of `bound`; waive: go on without `component`; fail: end the session. Kept with user and reason.',
  role: 'developer',
  hints: DESTRUCTIVE,
  input: z.strictObject({
    sessionId: session,
    action: z.enum(['retry', 'extend', 'waive', 'fail']),
    component: name.optional().describe('For waive'),
    bound: z.enum(BOUND_NAMES).optional().describe('For extend'),
    by: z.int().min(1).max(MAX_BOUND).optional().describe('For extend'),
    reason,
  }),
  async run({ sessions, caller }, { sessionId, ...given }) {
    const decision = decisionOf(given);
    await sessions.decide(caller.scope, sessionId, decision);
    return { decided: decision.action };
  },
});

interface GivenDecision {
  readonly action: DecisionRequest['action'];
  readonly component?: string | undefined;
  readonly bound?: (typeof BOUND_NAMES)[number] | undefined;
  readonly by?: number | undefined;
  readonly reason: string;
}

function decisionOf({ action, component, bound, by, reason: why }: GivenDecision): DecisionRequest {
  const stray = { waive: component, extend: bound ?? by };
  if (action !== 'waive' && stray.waive !== undefined) throw misfit('component', `is for waive, not for ${action}`);
  if (action !== 'extend' && stray.extend !== undefined) throw misfit('bound', `is for extend, not for ${action}`);
  switch (action) {
    case 'retry':
    case 'fail':
      return { action, reason: why };
    case 'waive':
      if (component === undefined) throw misfit('component', 'is needed for waive');
      return { action, component, reason: why };
    case 'extend':
      if (bound === undefined || by === undefined) throw misfit('bound', 'and by are needed for extend');
      return { action, bound, by, reason: why };
  }
}

function misfit(field: string, what: string): RefusedError {
  return new RefusedError({
    code: 'invalid_decision',
    message: `${field} ${what}`,
    field,
    fix: 'see the tool’s description',
  });
}
