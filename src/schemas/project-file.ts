import { resolve } from 'node:path';
import type { Component, ProjectModel, Story } from '../domain/project.js';
import { modelFaults } from './project-file-faults.js';
import { type ProjectFileContent, projectFileSchema } from './project-file-schema.js';
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
}

export type ParsedProjectFile =
  | { readonly ok: true; readonly model: ProjectModel }
  | { readonly ok: false; readonly errors: readonly ProjectFileError[] };

/** Reads a `specwright.yaml`. A relative `remote` is taken from the folder of `fileName`. Never throws. */
export function parseProjectFile(text: string, fileName: string): ParsedProjectFile {
  const source = readYaml(text);
  if (!source.ok) return { ok: false, errors: source.errors.map((error) => ({ file: fileName, ...error })) };
  const parsed = projectFileSchema.safeParse(source.value);
  const faults = parsed.success
    ? modelFaults(parsed.data)
    : issueFaults(parsed.error.issues, projectFileSchema, source.value);
  if (parsed.success && faults.length === 0) return { ok: true, model: toModel(parsed.data, fileName) };
  const errors = faults.map(({ path, atKey, message, expected }) => ({
    file: fileName,
    ...source.placeOf(path, atKey ?? false),
    field: fieldName(path),
    message,
    expected,
  }));
  return { ok: false, errors: errors.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** One line per error, `file:line:column: field message; expected …`, for a terminal. */
export function formatProjectErrors(errors: readonly ProjectFileError[]): string {
  return errors
    .map(({ file, line, column, field, message, expected }) => {
      const subject = field === '' ? message : `${field} ${message}`;
      return `${printable(`${file}:${line}:${column}: ${subject}`)}; expected ${printable(expected)}`;
    })
    .join('\n');
}

function toModel(content: ProjectFileContent, fileName: string): ProjectModel {
  const { project, contexts, rules } = content;
  return {
    project: { ...project, remote: absoluteRemote(project.remote, fileName), forge: null, bounds: {} },
    contexts: contexts.map(({ name, description }) => ({ name, description, dependsOn: [] })),
    components: contexts.flatMap((context) =>
      context.components.map((component): Component => ({ ...component, context: context.name })),
    ),
    stories: contexts.flatMap((context) =>
      context.stories.map((story): Story => ({ ...story, context: context.name })),
    ),
    rules,
  };
}

/** A path is made absolute, for git runs elsewhere; everything with a host or a scheme stays as it is. */
function absoluteRemote(remote: string, fileName: string): string {
  return /^(?:[a-z+]+:\/\/|[^/]+:)/i.test(remote) ? remote : resolve(fileName, '..', remote);
}

function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index ? '.' : ''}${String(part)}`))
    .join('');
}

/** Names from the file may hold anything; a terminal is given no control characters. */
function printable(text: string): string {
  const shown = text.toWellFormed().replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '\ufffd');
  return shown.length <= 600 ? shown : `${shown.slice(0, 599)}…`;
}
