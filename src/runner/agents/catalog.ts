import type { Agent } from './agent.js';
import { createClaudeCodeAgent, type ClaudeCodeConfig } from './claude-code.js';
import { createCodexAgent, type CodexConfig } from './codex.js';
import { createCommandAgent, type CommandAgentConfig } from './command.js';
import { createScriptedAgent, type ScriptedAgentConfig } from './scripted.js';

export type AgentConfig = CommandAgentConfig | ScriptedAgentConfig | ClaudeCodeConfig | CodexConfig;

/** The agent an executor is configured with; `searchPath` (a `PATH`) lets it say at start that its program is missing. A new one: a file here, a config in the union, a case. */
export function createAgent(config: AgentConfig, searchPath?: string): Agent {
  switch (config.kind) {
    case 'command':
      return createCommandAgent(config, searchPath);
    case 'scripted':
      return createScriptedAgent(config);
    case 'claude-code':
      return createClaudeCodeAgent(config, searchPath);
    case 'codex':
      return createCodexAgent(config, searchPath);
  }
}
