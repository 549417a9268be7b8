import type { ContextDocument, DesignedComponent, DocumentError } from '../documents/document.js';
import { listErrors, quoted } from '../documents/document-errors.js';
import { findCycle } from '../domain/component-graph.js';
import type { StepFacts } from '../domain/facts.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import { placementFaults } from '../domain/placement.js';
import type { DesignedModel } from '../domain/judging.js';

export type Designed =
  | { readonly ok: true; readonly designed: DesignedModel }
  | { readonly ok: false; readonly errors: readonly DocumentError[] };

/** What a valid design adds to the project model, or what in it the model does not know. Nothing is skipped silently. */
export function designedModel(facts: StepFacts, document: ContextDocument): Designed {
  const errors = [
    ...document.components.flatMap((component) => foreignErrors(facts, component)),
    ...placeErrors(facts, document),
    ...document.components.flatMap((component) => unknownErrors(facts, document, component)),
    ...dependencyErrors(facts, document),
  ];
  const found = errors.length > 0 ? errors : cycleErrors(facts, document);
  if (found.length > 0) return { ok: false, errors: listErrors(found) };
  const components = document.components.map(({ line: _line, ...component }) => component);
  return {
    ok: true,
    designed: { context: facts.session.context, dependsOn: neededContexts(facts, document), components },
  };
}

/** A name belongs to one context of the project. */
function foreignErrors({ neighbours }: StepFacts, { name, line }: DesignedComponent): readonly DocumentError[] {
  const owner = neighbours.find(({ components }) => components.includes(name));
  if (owner === undefined) return [];
  const message = `${quoted(name)} is a component of the context ${quoted(owner.name)} already`;
  return [
    {
      line,
      section: 'Components',
      rule: 'entry-foreign',
      message,
      fix: 'give it another name, or name it under Dependencies',
    },
  ];
}

/** What the toolchain cannot have as files of their own beside those of the project. */
function placeErrors(
  { components, neighbours, project, session }: StepFacts,
  document: ContextDocument,
): readonly DocumentError[] {
  const listed = new Set(document.components.map(({ name }) => name));
  const elsewhere = neighbours.flatMap((context) =>
    context.components.map((name) => ({ context: context.name, name })),
  );
  const before = components.filter(({ name }) => !listed.has(name));
  const there = [...elsewhere, ...before.map(({ name }) => ({ context: session.context, name }))];
  const all = [...there, ...document.components.map(({ name }) => ({ context: session.context, name }))];
  return placementFaults(toolchainOf(project.toolchain), all).map(({ index, message, expected }) => {
    // A fault may show at a name that was there before; the document is what can change.
    const line = document.components[index - there.length]?.line ?? document.sections.Components.line;
    return {
      line,
      section: 'Components',
      rule: 'entry-name',
      message: `${quoted(all[index]!.name)} is a name ${message}`,
      fix: `choose ${expected}`,
    };
  });
}

function unknownErrors(
  facts: StepFacts,
  document: ContextDocument,
  { name, dependsOn, line }: DesignedComponent,
): readonly DocumentError[] {
  const known = new Set([
    ...document.components.map((component) => component.name),
    ...facts.components.map((component) => component.name),
    ...facts.neighbours.flatMap(({ components }) => components),
  ]);
  return (dependsOn ?? []).flatMap((dependency): readonly DocumentError[] => {
    if (known.has(dependency) && dependency !== name) return [];
    const message =
      dependency === name
        ? `${quoted(name)} depends on itself`
        : `${quoted(name)} depends on ${quoted(dependency)}, which nobody knows`;
    const fix = `use components of this document or of the project, for example ${[...known].slice(0, 20).join(', ')}`;
    return [{ line, section: 'Components', rule: 'dependency-unknown', message, fix }];
  });
}

function dependencyErrors(facts: StepFacts, { dependencies }: ContextDocument): readonly DocumentError[] {
  return dependencies.flatMap(({ name, line }): readonly DocumentError[] => {
    if (contextOf(facts, name) !== null) return [];
    const contexts = facts.neighbours.map((neighbour) => neighbour.name);
    const fix =
      contexts.length === 0
        ? 'write "None.": the project has no other context'
        : `use ${contexts.slice(0, 20).join(', ')}, or "None."`;
    return [
      {
        line,
        section: 'Dependencies',
        rule: 'dependency-unknown',
        message: `${quoted(name)} is nothing the project knows`,
        fix,
      },
    ];
  });
}

/** The context that a dependency names: itself, or the one of its component; null when nobody knows it. */
function contextOf({ neighbours }: StepFacts, name: string): string | null {
  const [context = '', component] = name.split('/');
  const named = neighbours.find((neighbour) => neighbour.name === context);
  if (component !== undefined) return named?.components.includes(component) ? named.name : null;
  return named?.name ?? neighbours.find(({ components }) => components.includes(name))?.name ?? null;
}

function neededContexts(facts: StepFacts, { dependencies }: ContextDocument): readonly string[] {
  return [...new Set(dependencies.flatMap(({ name }) => contextOf(facts, name) ?? []))].sort();
}

/** Over the context as it will be: what the document says, and what it leaves as it is. */
function cycleErrors({ components }: StepFacts, document: ContextDocument): readonly DocumentError[] {
  const before = new Map(components.map((component) => [component.name, component.dependsOn]));
  for (const { name, dependsOn } of document.components) before.set(name, dependsOn ?? before.get(name) ?? []);
  const cycle = findCycle([...before].map(([name, dependsOn]) => ({ name, priority: 0, dependsOn })));
  if (cycle === null) return [];
  const line = document.components.find(({ name }) => cycle.includes(name))?.line ?? document.sections.Components.line;
  const message = `the components depend on each other in a circle: ${cycle.join(' → ')}`;
  return [
    { line, section: 'Components', rule: 'dependency-cycle', message, fix: 'leave one of these dependencies out' },
  ];
}
