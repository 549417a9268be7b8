import { resolve } from 'node:path';
import type { Forge, ForgeType } from '../domain/forge.js';
import type { Component, ProjectModel, Rule, Story } from '../domain/project.js';
import type { ToolchainSpec } from '../domain/toolchains/toolchain.js';
import { modelFaults } from './project-file-faults.js';
import { type ProjectFileContent, projectFileSchema } from './project-file-schema.js';
import { type ResolvedRules, resolveRules, type RuleFiles } from './project-rules.js';
import { readYaml } from './yaml-source.js';
import { issueFaults } from './zod-faults.js';

/** One thing wrong with a file, at the place to change. Lines and columns start at 1. */
export interface ProjectFileError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** As a path, `contexts[0].components[2].name`; empty for the whole file. */
  readonly field: string;
  readonly message: string;
  readonly expected: string;
  /** A sentence that says what to do, where that says more than what was expected. */
  readonly fix?: string;
}

export type ParsedProjectFile =
  | { readonly ok: true; readonly model: ProjectModel }
  | { readonly ok: false; readonly errors: readonly ProjectFileError[] };

const API_URLS: Readonly<Record<ForgeType, string>> = {
  github: 'https://api.github.com',
  gitlab: 'https://gitlab.com/api/v4',
};

/**
 * Reads a `specwright.yaml`. A relative `remote` is taken from the folder of `fileName`; rules that stand in files of
 * their own are given in `ruleFiles`, see {@link declaredRuleFiles}. Never throws.
 */
export function parseProjectFile(text: string, fileName: string, ruleFiles: RuleFiles = new Map()): ParsedProjectFile {
  const source = readYaml(text);
  if (!source.ok) return { ok: false, errors: source.errors.map((error) => ({ file: fileName, ...error })) };
  const parsed = projectFileSchema.safeParse(source.value);
  const { model, faults, inFiles } = parsed.success
    ? modelOf(parsed.data, ruleFiles, fileName)
    : { model: null, faults: issueFaults(parsed.error.issues, projectFileSchema, source.value), inFiles: [] };
  if (model !== null && faults.length + inFiles.length === 0) return { ok: true, model };
  const errors = faults.map(({ path, atKey, message, expected }) => ({
    file: fileName,
    ...source.placeOf(path, atKey ?? false),
    field: fieldName(path),
    message,
    expected,
  }));
  const elsewhere = inFiles.map(({ file, line, message, fix }) => {
    return { file: resolve(fileName, '..', file), line, column: 1, field: '', message, expected: '', fix };
  });
  return { ok: false, errors: [...errors.sort((a, b) => a.line - b.line || a.column - b.column), ...elsewhere] };
}

/** The files a `specwright.yaml` has its rules in, relative to it; none when it is not readable. */
export function declaredRuleFiles(text: string): readonly string[] {
  const source = readYaml(text);
  const parsed = source.ok ? projectFileSchema.safeParse(source.value) : null;
  const rules = parsed?.success ? parsed.data.rules : [];
  return [...new Set(rules.flatMap(({ file }) => file ?? []))];
}

/** The model of a file whose shape is right, and what is wrong between its parts. */
export function modelOf(
  content: ProjectFileContent,
  ruleFiles: RuleFiles,
  fileName: string,
): { readonly model: ProjectModel } & Omit<ResolvedRules, 'rules'> {
  const { rules, faults, inFiles } = resolveRules(content.rules, ruleFiles);
  return {
    model: toModel(content, rules, fileName),
    faults: [...modelFaults(content, toolchainSpec(content)), ...faults],
    inFiles,
  };
}

/** One line per error, `file:line:column: field message; expected …`, for a terminal. */
export function formatProjectErrors(errors: readonly ProjectFileError[]): string {
  return errors
    .map(({ file, line, column, field, message, expected, fix = `expected ${expected}` }) => {
      const subject = field === '' ? message : `${field} ${message}`;
      return `${printable(`${file}:${line}:${column}: ${subject}`)}; ${printable(fix)}`;
    })
    .join('\n');
}

function toModel(content: ProjectFileContent, rules: readonly Rule[], fileName: string): ProjectModel {
  const { project, contexts } = content;
  return {
    project: {
      ...project,
      toolchain: toolchainSpec(content),
      remote: absoluteRemote(project.remote, fileName),
      forge: forgeOf(project.forge),
    },
    contexts: contexts.map(({ name, description, dependsOn }) => ({ name, description, dependsOn })),
    components: contexts.flatMap((context) =>
      context.components.map((component): Component => ({ ...component, context: context.name })),
    ),
    stories: contexts.flatMap((context) =>
      context.stories.map((story): Story => ({ ...story, context: context.name })),
    ),
    rules,
  };
}

function toolchainSpec({ project }: ProjectFileContent): ToolchainSpec {
  return typeof project.toolchain === 'string' ? project.toolchain : project.toolchain.custom;
}

function forgeOf(forge: ProjectFileContent['project']['forge']): Forge | null {
  if (forge === undefined) return null;
  const { type, repository, apiUrl = API_URLS[type] } = forge;
  return { type, repository, apiUrl: apiUrl.replace(/\/+$/, '') };
}

/** A path is made absolute, for git runs elsewhere; everything with a host or a scheme stays as it is. */
function absoluteRemote(remote: string, fileName: string): string {
  return /^(?:[a-z+]+:\/\/|[^/]+:)/i.test(remote) ? remote : resolve(fileName, '..', remote);
}

/** `contexts[0].components[2].name` */
export function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index ? '.' : ''}${String(part)}`))
    .join('');
}

/** Names from the file may hold anything; a terminal is given no control characters. */
function printable(text: string): string {
  const shown = text.toWellFormed().replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '\ufffd');
  return shown.length <= 600 ? shown : `${shown.slice(0, 599)}…`;
}
