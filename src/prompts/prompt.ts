import { componentDesignPath, contextDesignPath } from '../domain/design-paths.js';
import type { StepFacts } from '../domain/facts.js';
import type { Failure } from '../domain/failures.js';
import { matchingRules, type Component } from '../domain/project.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import { bounded, clipped, fenced } from './fence.js';

/** What an agent is asked; the version changes with the words. */
export interface Prompt {
  readonly version: string;
  readonly text: string;
}

const MAX_PART = 8_000;
const MAX_FILES = 40_000;
const MAX_PROMPT = 120_000;

/** The parts that differ from step to step. */
export interface Ask {
  readonly version: string;
  readonly task: string;
  /** A line for each file to write or read. */
  readonly files: readonly string[];
  /** Sections of specwright's own words: the form of a document, say. */
  readonly instructions?: readonly string[];
}

/** Everything a prompt has: the task first, then what belongs to it, then what may be left out for length, and that is named. */
export function compose(facts: StepFacts, { version, task, files, instructions = [] }: Ask): Prompt {
  const { project, context, component, session } = facts;
  const always = [
    `# Task\n\n${task}`,
    `# Files\n\n${clipped(files.map((file) => `- ${file}`).join('\n'), MAX_FILES)}`,
    ...instructions,
    ...(facts.lastFailure ? [section('Why the last attempt was not enough', failureText(facts.lastFailure))] : []),
    section('Project', `${project.name}: ${project.description}`),
    section('Context', `${context.name}: ${context.description}`),
    ...(component ? [section('Component', describe(component))] : []),
  ];
  const more = [
    ...facts.stories.map((story) => section(`Story: ${story.title}`, storyText(story))),
    ...matchingRules(facts.rules, component?.type ?? null, session.type).map((rule) =>
      section(`Rule: ${rule.name}`, rule.text),
    ),
    ...(component ? dependencies(facts, component) : components(facts)),
    ...neighbours(facts),
  ];
  return { version, text: `${bounded(always, more, MAX_PROMPT).join('\n\n')}\n` };
}

/** Text from outside, under a heading. */
export function section(title: string, outside: string): string {
  return `# ${title.replace(/\s+/g, ' ').slice(0, 200).toWellFormed()}\n\n${fenced(clipped(outside, MAX_PART))}`;
}

function describe({ name, type, description }: Component): string {
  return `${name} (${type})\n${description}`;
}

function dependencies({ components, session, project }: StepFacts, component: Component): readonly string[] {
  return component.dependsOn.map((name) => {
    if (session.waivers.some((waiver) => waiver.component === name)) return section(`Depends on ${name}`, WAIVED);
    const known = components.find((other) => other.name === name);
    const path = toolchainOf(project.toolchain).implementationPath(session.context, name);
    const design = componentDesignPath(session.context, name);
    const read = `its implementation, once there is one: ${path}\nits design, if there is one: ${design}`;
    return section(`Depends on ${name}`, known ? `${describe(known)}\n${read}` : name);
  });
}

const WAIVED = 'It is not there: an operator decided to go on without it.';

/** For work on a whole context: what is in it already. */
function components({ components: known }: StepFacts): readonly string[] {
  return known.map((component) => {
    const needs = component.dependsOn.length === 0 ? '' : `\ndepends on ${component.dependsOn.join(', ')}`;
    return section(`Component ${component.name}`, `${describe(component)}${needs}`);
  });
}

/** Other contexts; those that this one depends on come first. */
function neighbours({ neighbours: known, context }: StepFacts): readonly string[] {
  const isNeeded = (name: string): boolean => context.dependsOn.includes(name);
  const needed = known.filter(({ name }) => isNeeded(name));
  const others = known.filter(({ name }) => !isNeeded(name));
  return [...needed, ...others].map(({ name, description, components: parts }) => {
    const has = parts.length === 0 ? '' : `\ncomponents: ${parts.join(', ')}`;
    const title = `${isNeeded(name) ? 'Depends on context' : 'Another context'} ${name}`;
    return section(title, `${description}${has}\nits design, if there is one: ${contextDesignPath(name)}`);
  });
}

function storyText(story: { text: string; acceptanceCriteria: readonly string[] }): string {
  return [story.text, ...story.acceptanceCriteria.map((criterion) => `- ${criterion}`)].join('\n');
}

function failureText({ kind, message, detail }: Failure): string {
  return [`${kind}: ${message}`, detail].filter((part) => part !== undefined).join('\n\n');
}
