import type { ExpectedFile } from '../domain/command.js';
import type { StepFacts } from '../domain/facts.js';
import type { Prompt } from '../prompts/prompt.js';
import { admitted, badExit, failed, missingFiles, passed } from './judge.js';
import type { Step } from './step.js';
import { cwdOf, subjectOf, workspaceOf } from './workspace.js';

const TIMEOUT_MS = 30 * 60_000;

export interface AgentWork {
  /** What it does, before the subject's name. */
  readonly verb: string;
  prompt(facts: StepFacts): Prompt;
  /** An old file of that name is removed first. */
  readonly fresh?: boolean;
  /** The file it has to leave behind. */
  file(facts: StepFacts): ExpectedFile;
}

/** A step that asks an agent to write one file; whether it is any good is the next step's to judge. */
export function agentStep(name: string, { verb, prompt, file, fresh }: AgentWork): Step {
  return {
    name,
    buildCommand(facts) {
      const { text, version } = prompt(facts);
      const { context, component } = facts.session;
      return {
        ok: true,
        command: {
          kind: 'agent',
          title: `${verb} ${subjectOf(facts)}`,
          script: [{ argv: ['agent'], cwd: '.', stdin: text, timeoutMs: TIMEOUT_MS, okExitCodes: [0] }],
          cwd: cwdOf(facts),
          timeoutMs: TIMEOUT_MS,
          expects: { files: [file(facts)], testReports: [] },
          metadata: {
            ...workspaceOf(facts),
            context,
            component,
            turn: facts.earlierTurns + 1,
            prompt: text,
            conversationId: facts.conversationId,
            ...(fresh ? { fresh } : {}),
          },
          promptVersion: version,
        },
      };
    },
    judgeResult(input) {
      const wrong = admitted(input);
      if (wrong) return wrong;
      const exit = badExit(input.result);
      if (exit) return failed({ ...exit, kind: 'agent_failed' });
      const missing = missingFiles(input.command, input.result);
      return missing ? failed(missing) : passed();
    },
  };
}
