import { tail } from '../../domain/failures.js';
import { lineOutcome } from '../run-lines.js';
import type { Agent, AgentOutcome, AgentTask, AgentTools } from './agent.js';
import { asConversationId, judgeAgent, NOTHING_SAID, type AgentSaid, type Hindrance } from './agent-said.js';
import { findProgram } from './find-program.js';
import { createJsonLines, type JsonRecord } from './json-lines.js';

/** What an agent may do unasked: change files of the workspace · what its own review lets pass · anything. */
export type AgentPermissions = 'edits' | 'auto' | 'unrestricted';

export interface ProgramAgentConfig {
  /** Name on `PATH`, or absolute path. */
  readonly program: string;
  /** The vendor's name of a model; null for the program's own default. */
  readonly model: string | null;
  readonly permissions: AgentPermissions;
  /** What agents are given besides the executor's base environment: a sign-in is looked for in it. */
  readonly env: Readonly<Record<string, string>>;
}

/** A vendor's program that prints its run as one JSON event a line. */
export interface AgentProgram {
  readonly name: string;
  argv(config: ProgramAgentConfig, conversationId: string | null): readonly string[];
  /** What it has said, with one more event. Pure; an unknown event changes nothing. */
  read(said: AgentSaid, event: JsonRecord, isResumed: boolean): AgentSaid;
  /** What kept it from working, by what it printed to stderr. */
  hindranceIn(stderr: string): Hindrance | null;
  /** What to do when it is not signed in, as the end of a sentence. */
  readonly signInFix: string;
  /** Whether it is known, without asking anyone over the network, that it is not signed in. */
  isSignedOut?(program: string, env: ProgramAgentConfig['env']): Promise<boolean>;
}

/** A long run with all its events; still a limit, because the output is kept. */
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

export function createProgramAgent(kind: AgentProgram, config: ProgramAgentConfig, searchPath?: string): Agent {
  const run = (task: AgentTask, tools: AgentTools): Promise<Ended> => runOnce(kind, config, task, tools);
  return {
    name: kind.name,
    async check() {
      const { program, env } = config;
      if (searchPath === undefined && !program.includes('/')) return null;
      const found = await findProgram(program, searchPath ?? '');
      if (found === null)
        return `the ${kind.name} agent's program ${program} is not installed or not on PATH (SPECWRIGHT_AGENT_PROGRAM names another)`;
      const isSignedOut = (await kind.isSignedOut?.(found, env)) ?? false;
      return isSignedOut ? `the ${kind.name} agent is not signed in; ${kind.signInFix}` : null;
    },
    async run(task, tools) {
      const first = await run(task, tools);
      // Conversations live in the home of the executor that had them; the prompt says everything without one, too.
      if (task.conversationId === null || first.hindrance !== 'no_conversation') return first.outcome;
      return (await run({ ...task, conversationId: null }, tools)).outcome;
    },
  };
}

interface Ended {
  readonly outcome: AgentOutcome;
  readonly hindrance: Hindrance | null;
}

async function runOnce(
  kind: AgentProgram,
  config: ProgramAgentConfig,
  task: AgentTask,
  tools: AgentTools,
): Promise<Ended> {
  const conversationId = asConversationId(task.conversationId);
  let said = NOTHING_SAID;
  let stderr = '';
  const lines = createJsonLines((event) => {
    said = kind.read(said, event, conversationId !== null);
  });
  const process = await tools.run(kind.argv(config, conversationId), task.prompt, {
    limitBytes: OUTPUT_LIMIT_BYTES,
    read(stream, chunk) {
      if (stream === 'stdout') lines.push(chunk);
      else stderr = tail(stderr + chunk.toString('utf8').replaceAll('\u0000', '\ufffd'));
    },
  });
  lines.end();
  const hindrance = said.hindrance ?? (said.end === null ? kind.hindranceIn(stderr) : null);
  const outcome = lineOutcome(config.program, process, tools.timeoutMs);
  const clock = { now: new Date(), zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  const { name, signInFix } = kind;
  return { hindrance, outcome: judgeAgent({ name, said, outcome, hindrance, stderr, signInFix }, clock) };
}
