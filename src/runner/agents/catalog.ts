import type { Agent } from './agent.js';
import { createCommandAgent, type CommandAgentConfig } from './command.js';
import { createScriptedAgent, type ScriptedAgentConfig } from './scripted.js';

export type AgentConfig = CommandAgentConfig | ScriptedAgentConfig;

/** The agent an executor is configured with. A new one: a file here, a config in the union, a case. */
export function createAgent(config: AgentConfig): Agent {
  switch (config.kind) {
    case 'command':
      return createCommandAgent(config);
    case 'scripted':
      return createScriptedAgent(config);
  }
}
