import type { ProjectModel } from '../domain/project.js';
import { fieldName, modelOf } from './project-file.js';
import type { ProjectFileContent } from './project-file-schema.js';

interface ContentFault {
  /** As a path, `contexts[0].components[2].name`. */
  readonly field: string;
  readonly message: string;
  readonly expected: string;
}

/** Checked when it was written. */
type RuleSessionType = NonNullable<ProjectFileContent['rules'][number]['sessionType']>;

export type ParsedProjectContent =
  | { readonly ok: true; readonly model: ProjectModel }
  | { readonly ok: false; readonly faults: readonly [ContentFault, ...ContentFault[]] };

/** What a `specwright.yaml` says, without the file: nothing in it can be relative to a folder. */
export function parseProjectContent(content: ProjectFileContent): ParsedProjectContent {
  const { model, faults } = modelOf(content, new Map(), '/');
  const all = [...faults, ...relativeRemote(content)].map(({ path, message, expected }) => {
    return { field: fieldName(path), message, expected };
  });
  const [first, ...more] = all;
  return first === undefined ? { ok: true, model } : { ok: false, faults: [first, ...more] };
}

function relativeRemote({ project: { remote } }: ProjectFileContent) {
  const isWhole = remote.startsWith('/') || /^[^/]*:/.test(remote);
  const expected = 'a URL, user@host:path, or an absolute path';
  return isWhole ? [] : [{ path: ['project', 'remote'], message: 'is relative to no folder', expected }];
}

/** The model as `specwright.yaml` would say it: what is read can be changed and applied again. */
export function contentOf({ project, contexts, components, stories, rules }: ProjectModel): ProjectFileContent {
  const { toolchain, forge, ...rest } = project;
  const partsOf = <T extends { readonly context: string }>(parts: readonly T[], name: string) =>
    parts.filter(({ context }) => context === name).map(({ context: _context, ...part }) => part);
  return {
    project: {
      ...rest,
      bounds: { ...rest.bounds },
      toolchain:
        typeof toolchain === 'string'
          ? toolchain
          : { custom: { ...toolchain, testArgv: [...toolchain.testArgv], missing: [...toolchain.missing] } },
      ...(forge === null ? {} : { forge: { ...forge } }),
    },
    contexts: contexts.map(({ name, description, dependsOn }) => ({
      name,
      description,
      dependsOn: [...dependsOn],
      components: partsOf(components, name).map((part) => ({ ...part, dependsOn: [...part.dependsOn] })),
      stories: partsOf(stories, name).map((part) => ({ ...part, acceptanceCriteria: [...part.acceptanceCriteria] })),
    })),
    rules: rules.map((rule) => ({ ...rule, sessionType: rule.sessionType as RuleSessionType })),
  };
}
