import { canonicalJson, type Json } from './json.js';
import type { ProjectModel } from './project.js';

/** Without `from` and `to` for long texts and lists. */
export interface FieldChange {
  readonly field: string;
  readonly from?: Json;
  readonly to?: Json;
}

/** Parts are named with their kind: `component Invoice`, `story Billing/Pay`. */
export interface ModelDiff {
  readonly created: readonly string[];
  readonly changed: readonly { readonly name: string; readonly fields: readonly FieldChange[] }[];
  readonly removed: readonly string[];
  readonly unchanged: number;
}

interface Part {
  readonly name: string;
  readonly fields: Readonly<Record<string, Json>>;
}
type Parts = ReadonlyMap<string, Part>;

/** As canonical JSON; longer values are said to have changed, not shown. */
const MAX_SHOWN = 100;

export function diffModels(before: ProjectModel, after: ProjectModel): ModelDiff {
  const [old, now] = [partsOf(before), partsOf(after)];
  const kept = [...now].flatMap(([key, part]) => {
    const was = old.get(key);
    return was === undefined ? [] : [{ name: part.name, fields: changedFields(was, part) }];
  });
  const changed = kept.filter(({ fields }) => fields.length > 0);
  return {
    created: missingFrom(old, now),
    changed,
    removed: missingFrom(now, old),
    unchanged: kept.length - changed.length,
  };
}

/** What `stored` has and `declared` does not. */
export function undeclaredParts(stored: ProjectModel, declared: ProjectModel): readonly string[] {
  return missingFrom(partsOf(declared), partsOf(stored));
}

function missingFrom(known: Parts, parts: Parts): readonly string[] {
  return [...parts].flatMap(([key, { name }]) => (known.has(key) ? [] : [name]));
}

function changedFields(was: Part, is: Part): readonly FieldChange[] {
  return Object.entries(is.fields).flatMap(([field, to]): readonly FieldChange[] => {
    const from = was.fields[field] ?? null;
    const [a, b] = [canonicalJson(from), canonicalJson(to)];
    if (a === b) return [];
    return [Math.max(a.length, b.length) > MAX_SHOWN ? { field } : { field, from, to }];
  });
}

/** A project has one name at a time, which may change; everything else is known by its name. */
function partsOf({ project, contexts, components, stories, rules }: ProjectModel): Parts {
  const parts: (readonly [string, Part])[] = [
    ['project', { name: `project ${project.name}`, fields: fieldsOf(project) }],
  ];
  const add = (name: string, fields: object): number => parts.push([name, { name, fields: fieldsOf(fields) }]);
  for (const { name, ...fields } of contexts) add(`context ${name}`, fields);
  for (const { name, ...fields } of components) add(`component ${name}`, fields);
  for (const { context, title, ...fields } of stories) add(`story ${context}/${title}`, fields);
  for (const { name, ...fields } of rules) add(`rule ${name}`, fields);
  return new Map(parts);
}

/** Dependencies have no order. */
function fieldsOf(value: object): Readonly<Record<string, Json>> {
  const fields = { ...value } as Record<string, Json>;
  const { dependsOn } = value as { readonly dependsOn?: readonly string[] };
  return dependsOn === undefined ? fields : { ...fields, dependsOn: [...dependsOn].sort() };
}
