import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { lineOutcome } from '../run-lines.js';
import type { Agent } from './agent.js';

export interface ScriptedAgentConfig {
  readonly kind: 'scripted';
  /** Absolute path of the prepared outputs: `<dir>/<context>/<component>/<step>.<turn>/`, without component for work on a context. */
  readonly dir: string;
  /** The compiled `scripted-agent.js`; the one beside this file, or of the build, by default. */
  readonly program?: string;
}

/** Writes what was prepared for each turn: the demo's and the tests' agent, and users' own CI's. */
export function createScriptedAgent(config: ScriptedAgentConfig): Agent {
  const program = config.program ?? compiledProgram();
  return {
    name: 'scripted',
    async check() {
      if (!(await isThere(config.dir, 'folder'))) return `the scripted agent's folder ${config.dir} does not exist`;
      return (await isThere(program, 'file'))
        ? null
        : `the scripted agent is not built: ${program} is missing (npm run build)`;
    },
    async run(task, tools) {
      const subject = task.component === null ? [task.context] : [task.context, task.component];
      const argv = [process.execPath, program, config.dir, ...subject, `${task.step}.${task.turn}`];
      const ended = lineOutcome('the scripted agent', await tools.run(argv), tools.timeoutMs);
      if (!ended.ran) return { ok: false, failure: ended.failure };
      if (ended.exitCode === 0) return { ok: true, exitCode: 0, text: ended.tail };
      const message = ended.tail.trim().split('\n').at(-1) ?? '';
      return { ok: false, exitCode: ended.exitCode, failure: { kind: 'agent_failed', message } };
    },
  };
}

/** Run from the sources, as tests do, the build's copy is taken. */
function compiledProgram(): string {
  const beside = fileURLToPath(new URL('./scripted-agent.js', import.meta.url));
  return existsSync(beside)
    ? beside
    : fileURLToPath(new URL('../../../dist/runner/agents/scripted-agent.js', import.meta.url));
}

async function isThere(path: string, what: 'file' | 'folder'): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && (what === 'file' ? found.isFile() : found.isDirectory());
}
