import type { AgentRun } from '../../domain/result.js';
import type { Agent } from './agent.js';
import { asConversationId, tokensTold, type AgentSaid, type Hindrance } from './agent-said.js';
import { asCount, asRecord, asText, type JsonRecord } from './json-lines.js';
import {
  createProgramAgent,
  type AgentPermissions,
  type AgentProgram,
  type ProgramAgentConfig,
} from './program-agent.js';

export interface CodexConfig extends ProgramAgentConfig {
  readonly kind: 'codex';
}

/** OpenAI's Codex CLI in its `exec` mode; the formats are those of `docs/agents.md`. */
export function createCodexAgent(config: CodexConfig, searchPath?: string): Agent {
  return createProgramAgent(codex, config, searchPath);
}

const PERMISSION_FLAGS: Readonly<Record<AgentPermissions, string>> = {
  edits: '--sandbox=workspace-write',
  auto: '--approve-for-me',
  unrestricted: '--dangerously-bypass-approvals-and-sandbox',
};

export const codex: AgentProgram = {
  name: 'codex',
  argv: ({ program, model, permissions }, conversationId) => [
    program,
    'exec',
    '--json',
    '--skip-git-repo-check',
    // Before `resume`, which does not know it.
    PERMISSION_FLAGS[permissions],
    ...(model === null ? [] : [`--model=${model}`]),
    ...(conversationId === null ? [] : ['resume', conversationId]),
    // The prompt is on standard input.
    '-',
  ],
  read: readCodexEvent,
  hindranceIn: codexHindrance,
  // No `isSignedOut`: `codex login status` says "Not logged in" also where a key or another provider is set up.
  signInFix:
    'run codex login as the executor’s user, or name CODEX_API_KEY (or your provider’s variable) in SPECWRIGHT_COMMAND_ENV',
};

function readCodexEvent(said: AgentSaid, event: JsonRecord, isResumed: boolean): AgentSaid {
  switch (event['type']) {
    case 'thread.started': {
      const conversationId = asConversationId(event['thread_id']);
      return conversationId === null ? said : { ...said, run: { ...said.run, conversationId } };
    }
    case 'item.completed': {
      const item = asRecord(event['item']);
      return item?.['type'] === 'agent_message' ? { ...said, text: asText(item['text']) ?? said.text } : said;
    }
    case 'turn.completed':
      return {
        ...said,
        end: 'ok',
        error: null,
        hindrance: null,
        run: { ...said.run, ...usageOf(asRecord(event['usage']), isResumed) },
      };
    case 'turn.failed':
      return { ...withError(said, asText(asRecord(event['error'])?.['message']) ?? 'the turn failed'), end: 'failed' };
    // Told while it tries again, too; only `turn.failed` ends the turn.
    case 'error':
      return withError(said, asText(event['message']) ?? 'unknown error');
    default:
      return said;
  }
}

function withError(said: AgentSaid, error: string): AgentSaid {
  return { ...said, error, hindrance: codexHindrance(error) };
}

/** It tells the thread's total, which for a resumed thread is not this run's. */
function usageOf(usage: JsonRecord | null, isResumed: boolean): AgentRun {
  if (usage === null || isResumed) return {};
  return tokensTold(asCount(usage['input_tokens']), asCount(usage['output_tokens']));
}

/** By the words of an error: it tells limits and sign-in in no other way. Never looked for in what the agent writes. */
function codexHindrance(error: string): Hindrance | null {
  if (/\bno rollout found\b|\bthread not found\b|\bno (?:saved )?session found\b/i.test(error))
    return 'no_conversation';
  if (/\bhit your (?:usage limit|spend cap)|\busage limit (?:has been )?reached|\bout of credits\b/i.test(error))
    return 'limit';
  if (/\bquota exceeded\b|\brate limit reached\b|\b429 too many requests\b/i.test(error)) return 'limit';
  return /\b401 unauthorized\b|not logged in|refresh token|missing environment variable|log in again/i.test(error)
    ? 'sign_in'
    : null;
}
