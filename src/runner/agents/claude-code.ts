import { homedir, tmpdir } from 'node:os';
import type { AgentRun } from '../../domain/result.js';
import { processEnvironment } from '../process-environment.js';
import { runProcess } from '../run-process.js';
import type { Agent } from './agent.js';
import { asConversationId, tokensTold, type AgentSaid, type Hindrance } from './agent-said.js';
import { asCount, asRecord, asText, parseRecord, type JsonRecord } from './json-lines.js';
import {
  createProgramAgent,
  type AgentPermissions,
  type AgentProgram,
  type ProgramAgentConfig,
} from './program-agent.js';
import { epochMs } from './reset-time.js';

export interface ClaudeCodeConfig extends ProgramAgentConfig {
  readonly kind: 'claude-code';
}

/** Anthropic's Claude Code in its print mode; the formats are those of `docs/agents.md`. */
export function createClaudeCodeAgent(config: ClaudeCodeConfig, searchPath?: string): Agent {
  return createProgramAgent(claudeCode, config, searchPath);
}

const PERMISSION_MODES: Readonly<Record<AgentPermissions, string>> = {
  edits: 'acceptEdits',
  auto: 'auto',
  unrestricted: 'bypassPermissions',
};

export const claudeCode: AgentProgram = {
  name: 'claude-code',
  argv: ({ program, model, permissions }, conversationId) => [
    program,
    '--print',
    '--output-format=stream-json',
    '--verbose',
    `--permission-mode=${PERMISSION_MODES[permissions]}`,
    ...(model === null ? [] : [`--model=${model}`]),
    ...(conversationId === null ? [] : [`--resume=${conversationId}`]),
  ],
  read: readClaudeEvent,
  hindranceIn: claudeHindrance,
  signInFix:
    'run claude and /login as the executor’s user, or name ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN in SPECWRIGHT_COMMAND_ENV',
  isSignedOut,
};

function readClaudeEvent(said: AgentSaid, event: JsonRecord, isResumed: boolean): AgentSaid {
  switch (event['type']) {
    case 'system':
      return event['subtype'] === 'init' ? { ...said, run: withConversation(said.run, event) } : said;
    case 'assistant':
      // A subagent's trouble is the main agent's to deal with.
      return typeof event['parent_tool_use_id'] === 'string'
        ? said
        : { ...said, hindrance: hindranceOf(event['error']) };
    case 'rate_limit_event':
      return readRateLimit(said, asRecord(event['rate_limit_info']));
    case 'result':
      return readResult(said, event, isResumed);
    default:
      return said;
  }
}

/** Told on every turn of a subscriber; only `rejected` is a limit, and even then the run may go on as overage. */
function readRateLimit(said: AgentSaid, info: JsonRecord | null): AgentSaid {
  if (info?.['status'] !== 'rejected' || info['isUsingOverage'] === true) return { ...said, limitEndsMs: null };
  const resetsAt = asCount(info['resetsAt']);
  return { ...said, hindrance: 'limit', limitEndsMs: resetsAt === null ? null : epochMs(resetsAt) };
}

function readResult(said: AgentSaid, event: JsonRecord, isResumed: boolean): AgentSaid {
  const told = { ...said, run: { ...withConversation(said.run, event), ...usageOf(event, isResumed) } };
  const text = asText(event['result']) ?? '';
  if (event['subtype'] === 'success' && event['is_error'] !== true)
    return { ...told, end: 'ok', text, error: null, hindrance: null };
  const errors = Array.isArray(event['errors']) ? event['errors'].map(asText).filter((one) => one !== null) : [];
  const error = [text, ...errors].filter((one) => one !== '').join('\n');
  const limited = event['api_error_status'] === 429 ? 'limit' : null;
  return {
    ...told,
    end: 'failed',
    error: error === '' ? (asText(event['subtype']) ?? 'unknown error') : error,
    hindrance: said.hindrance ?? limited ?? claudeHindrance(error),
  };
}

function withConversation(run: AgentRun, event: JsonRecord): AgentRun {
  const conversationId = asConversationId(event['session_id']);
  return conversationId === null ? run : { ...run, conversationId };
}

/**
 * What this run used. Totals of a resumed conversation hold its earlier runs, so there only what is told of this run
 * counts: `model_usage_since_last_result`, and before it was there the main loop's `usage` without a cost.
 */
function usageOf(event: JsonRecord, isResumed: boolean): AgentRun {
  const byModel =
    asRecord(event['model_usage_since_last_result']) ?? (isResumed ? null : asRecord(event['modelUsage'])) ?? {};
  const models = Object.values(byModel).flatMap((model): readonly JsonRecord[] => {
    const told = asRecord(model);
    return told === null ? [] : [told];
  });
  if (models.length > 0) {
    const sum = (...keys: string[]): number =>
      models.flatMap((model) => keys.map((key) => asCount(model[key]) ?? 0)).reduce((a, b) => a + b, 0);
    const costs = models.map((model) => asCost(model['costUSD']));
    const cost = costs.includes(null) ? null : costs.reduce<number>((a, b) => a + (b ?? 0), 0);
    const input = sum('inputTokens', 'cacheReadInputTokens', 'cacheCreationInputTokens');
    return withCost(tokensTold(input, sum('outputTokens')), cost);
  }
  const usage = asRecord(event['usage']);
  if (usage === null) return {};
  const inputs = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'];
  const input = inputs.reduce((total, key) => total + (asCount(usage[key]) ?? 0), 0);
  const tokens = tokensTold(input, asCount(usage['output_tokens']));
  return withCost(tokens, isResumed ? null : asCost(event['total_cost_usd']));
}

function withCost(tokens: AgentRun, cost: number | null): AgentRun {
  return Object.keys(tokens).length === 0 || cost === null ? tokens : { ...tokens, costUsd: cost };
}

function asCost(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

function hindranceOf(error: unknown): Hindrance | null {
  switch (error) {
    // Used up credits are a limit too, only without an end: more work by the agent does not help either.
    case 'rate_limit':
    case 'billing_error':
      return 'limit';
    case 'authentication_failed':
    case 'oauth_org_not_allowed':
      return 'sign_in';
    default:
      return null;
  }
}

/** By the words of an error, for versions that do not tell it as data. Never looked for in what the agent writes. */
function claudeHindrance(error: string): Hindrance | null {
  if (/\bno conversation found\b/i.test(error)) return 'no_conversation';
  if (/\blimit reached\b|hit your [^.\n]{0,40}\blimit\b|out of (?:extra )?usage|credit balance is too low/i.test(error))
    return 'limit';
  if (/\b(?:rate_limit_error|request rejected \(429\))/i.test(error)) return 'limit';
  return /not logged in|run \/login|invalid api key|authentication_error/i.test(error) ? 'sign_in' : null;
}

/** Reads the program's own account of it; a version without `auth status` counts as signed in. */
async function isSignedOut(program: string, env: ProgramAgentConfig['env']): Promise<boolean> {
  let printed = '';
  await runProcess({
    argv: [program, 'auth', 'status'],
    cwd: tmpdir(),
    env: processEnvironment(homedir(), env),
    timeoutMs: 10_000,
    outputLimitBytes: 64 * 1024,
    signal: new AbortController().signal,
    onOutput(stream, chunk) {
      if (stream === 'stdout') printed += chunk.toString('utf8');
    },
  });
  return parseRecord(printed)?.['loggedIn'] === false;
}
