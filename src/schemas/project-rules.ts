import type { Rule } from '../domain/project.js';
import type { ProjectFileContent } from './project-file-schema.js';
import type { Fault } from './zod-faults.js';

/** What a rule's own file says: as `parseDocument('rule', …)` reads it, or why nobody could read it. */
export type RuleFile =
  | { readonly ok: true; readonly document: Omit<Rule, 'name'> & { readonly title: string | null } }
  | { readonly ok: false; readonly errors: readonly RuleFileError[] }
  | { readonly ok: false; readonly unreadable: string };

interface RuleFileError {
  readonly line: number;
  readonly message: string;
  readonly fix: string;
}

/** By the path that `specwright.yaml` gives. */
export type RuleFiles = ReadonlyMap<string, RuleFile>;

export interface ResolvedRules {
  readonly rules: readonly Rule[];
  /** In `specwright.yaml`. */
  readonly faults: readonly Fault[];
  /** In the files themselves. */
  readonly inFiles: readonly (RuleFileError & { readonly file: string })[];
}

export function resolveRules(declared: ProjectFileContent['rules'], files: RuleFiles): ResolvedRules {
  const rules: Rule[] = [];
  const faults: Fault[] = [];
  const inFiles: (RuleFileError & { file: string })[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of declared.entries()) {
    const rule = ruleOf(entry, files);
    if ('error' in rule) {
      faults.push({
        path: ['rules', index, 'file'],
        message: rule.error,
        expected: 'a markdown file with front matter',
      });
    } else if ('errors' in rule) {
      inFiles.push(...rule.errors.map((error) => ({ ...error, file: entry.file ?? '' })));
    } else {
      const path = ['rules', index, entry.file === undefined ? 'name' : 'file'];
      if (seen.has(rule.name)) {
        faults.push({ path, message: `is "${rule.name}" a second time`, expected: 'a name of its own' });
      }
      seen.add(rule.name);
      rules.push(rule);
    }
  }
  return { rules, faults, inFiles };
}

type Outcome = Rule | { readonly error: string } | { readonly errors: readonly RuleFileError[] };

function ruleOf(entry: ProjectFileContent['rules'][number], files: RuleFiles): Outcome {
  const { file, name = '', componentType = '*', sessionType = '*', text = '' } = entry;
  if (file === undefined) return { name, componentType, sessionType, text };
  const read = files.get(file) ?? { ok: false, unreadable: 'rules in files of their own are not read here' };
  if (read.ok) {
    const { title, ...rule } = read.document;
    return { name: title ?? file, componentType: rule.componentType, sessionType: rule.sessionType, text: rule.text };
  }
  return 'errors' in read ? { errors: read.errors } : { error: `is "${file}", and ${read.unreadable}` };
}
