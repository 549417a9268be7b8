import { createCommandAgent } from './command.js';
import { createScriptedAgent } from './scripted.js';
/** The agent an executor is configured with; `searchPath` (a `PATH`) lets it say at start that its program is missing. A new one: a file here, a config in the union, a case. */
export function createAgent(config, searchPath) {
    switch (config.kind) {
        case 'command':
            return createCommandAgent(config, searchPath);
        case 'scripted':
            return createScriptedAgent(config);
    }
}
