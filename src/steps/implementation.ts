import { toolchainOf } from '../domain/toolchains/catalog.js';
import type { StepFacts } from '../domain/facts.js';
import type { Built } from '../domain/judging.js';
import { fixImplementationPrompt, generateImplementationPrompt, type Prompt } from '../prompts/implementation.js';
import { admitted, badExit, failed, missingFiles, passed } from './judge.js';
import type { Step } from './step.js';
import { cwdOf, subjectOf, workspaceOf } from './workspace.js';

const TIMEOUT_MS = 30 * 60_000;

function agentStep(name: string, verb: string, prompt: (facts: StepFacts) => Prompt): Step {
  return {
    name,
    buildCommand: (facts) => buildAgentCommand(facts, verb, prompt(facts)),
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

function buildAgentCommand(facts: StepFacts, verb: string, prompt: Prompt): Built {
  const { context, component } = facts.session;
  if (component === null) {
    return { ok: false, failure: { kind: 'blocked', message: 'this session has no component to implement' } };
  }
  const path = toolchainOf(facts.project.toolchain).implementationPath(context, component);
  return {
    ok: true,
    command: {
      kind: 'agent',
      title: `${verb} ${subjectOf(facts)}`,
      script: [{ argv: ['agent'], cwd: '.', stdin: prompt.text, timeoutMs: TIMEOUT_MS, okExitCodes: [0] }],
      cwd: cwdOf(facts),
      timeoutMs: TIMEOUT_MS,
      expects: { files: [{ path, why: `the implementation of ${component}` }], testReports: [] },
      metadata: { ...workspaceOf(facts), context, component, turn: facts.earlierTurns + 1, prompt: prompt.text },
      promptVersion: prompt.version,
    },
  };
}

/** Asks an agent to write the component. */
export const generateImplementation = agentStep('GenerateImplementation', 'Implement', generateImplementationPrompt);
/** Asks an agent to mend the component, given why its tests fail. */
export const fixImplementation = agentStep('FixImplementation', 'Fix', fixImplementationPrompt);
