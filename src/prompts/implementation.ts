import { matchingRules, type Component } from '../domain/project.js';
import type { StepFacts } from '../domain/facts.js';
import type { Failure } from '../domain/failures.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import { bounded, clipped, fenced } from './fence.js';

export interface Prompt {
  readonly version: string;
  readonly text: string;
}

const MAX_PART = 8_000;
const MAX_PROMPT = 120_000;

/** What an agent is asked when a component is to be written. */
export function generateImplementationPrompt(facts: StepFacts): Prompt {
  const task = `Implement the component ${facts.component?.name ?? ''} so that its tests pass.`;
  return { version: 'generate-implementation@1', text: compose(facts, task) };
}

/** What an agent is asked when the component's tests fail. */
export function fixImplementationPrompt(facts: StepFacts): Prompt {
  const task = `The tests of the component ${facts.component?.name ?? ''} fail. Mend the implementation, not the tests.`;
  return { version: 'fix-implementation@1', text: compose(facts, task) };
}

function compose(facts: StepFacts, task: string): string {
  const { project, context, component, session } = facts;
  const toolchain = toolchainOf(project.toolchain);
  const name = component?.name ?? '';
  const always = [
    `# Task\n\n${task}`,
    `# Files\n\n- write: ${toolchain.implementationPath(session.context, name)}\n- read, do not change: ${toolchain.testPath(session.context, name)}`,
    ...(facts.lastFailure ? [section('Why the last attempt was not enough', failureText(facts.lastFailure))] : []),
    section('Project', `${project.name}: ${project.description}`),
    section('Context', `${context.name}: ${context.description}`),
    ...(component ? [section('Component', describe(component))] : []),
  ];
  const more = [
    ...dependencies(facts),
    ...facts.stories.map((story) => section(`Story: ${story.title}`, storyText(story))),
    ...matchingRules(facts.rules, component?.type ?? null, session.type).map((rule) =>
      section(`Rule: ${rule.name}`, rule.text),
    ),
  ];
  return `${bounded(always, more, MAX_PROMPT).join('\n\n')}\n`;
}

function section(title: string, outside: string): string {
  return `# ${title.replace(/\s+/g, ' ').slice(0, 200).toWellFormed()}\n\n${fenced(clipped(outside, MAX_PART))}`;
}

function describe({ name, type, description }: Component): string {
  return `${name} (${type})\n${description}`;
}

function dependencies({ component, components, session, project }: StepFacts): readonly string[] {
  return (component?.dependsOn ?? []).map((name) => {
    const known = components.find((other) => other.name === name);
    const path = toolchainOf(project.toolchain).implementationPath(session.context, name);
    return section(`Depends on ${name}`, known ? `${describe(known)}\nread: ${path}` : name);
  });
}

function storyText(story: { text: string; acceptanceCriteria: readonly string[] }): string {
  return [story.text, ...story.acceptanceCriteria.map((criterion) => `- ${criterion}`)].join('\n');
}

function failureText({ kind, message, detail }: Failure): string {
  return [`${kind}: ${message}`, detail].filter((part) => part !== undefined).join('\n\n');
}
