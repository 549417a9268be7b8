import type { Command } from '../domain/command.js';
import { sha256OfBytes } from '../domain/digest.js';
import { isInfrastructure, tail, type Failure } from '../domain/failures.js';
import type { JudgedFile } from '../domain/evidence.js';
import type { JudgeInput } from '../domain/judging.js';
import type { Result } from '../domain/result.js';
import type { SessionPatch, Verdict } from '../domain/session.js';

export const passed = (patch: SessionPatch = {}): Verdict => ({ status: 'ok', patch });
export const failed = (failure: Failure, patch: SessionPatch = {}): Verdict => ({ status: 'error', failure, patch });
/** Could not look: the same step again, never a round of fixing. */
export const unsure = (failure: Failure): Verdict => ({ status: 'warning', failure, patch: {} });

/** What the reporter itself says went wrong, or null when it claims success. */
export function admitted({ result, command }: Pick<JudgeInput, 'result' | 'command'>): Verdict | null {
  if (result.failure !== undefined) {
    // A spent quota is waited for: it says nothing about the work.
    const isAgain = isInfrastructure(result.failure.kind) || result.failure.kind === 'quota';
    return isAgain ? unsure(result.failure) : failed(result.failure);
  }
  if (result.status === 'ok') return null;
  const failure: Failure = { kind: 'command_failed', message: `${command.title} was reported as ${result.status}` };
  return result.status === 'warning' ? unsure(failure) : failed(failure);
}

export function badExit(result: Result): Failure | null {
  if (result.exitCode === undefined || result.exitCode === 0) return null;
  return { kind: 'command_failed', message: `it ended with exit code ${result.exitCode}` };
}

/** Expected files that the evidence does not have, as a failure. */
export function missingFiles(command: Command, result: Result): Failure | null {
  const seen = new Set((result.evidence?.files ?? []).map((file) => file.path));
  const missing = command.expects.files.filter((file) => !seen.has(file.path));
  if (missing.length === 0) return null;
  const list = missing.map((file) => `${file.path} (${file.why})`).join(', ');
  return { kind: 'missing_files', message: tail(`missing: ${list}`), ids: missing.map((file) => file.path) };
}

/** The expected files as they were found, for what may be delivered. */
export function judgedFiles(command: Command, result: Result): readonly JudgedFile[] {
  const expected = new Set(command.expects.files.map((file) => file.path));
  return (result.evidence?.files ?? []).flatMap(({ path, sha256 }) => (expected.has(path) ? [{ path, sha256 }] : []));
}

/** The expected documents as they were read. */
export function judgedDocuments(command: Command, outputs: ReadonlyMap<string, Uint8Array>): readonly JudgedFile[] {
  return (command.expects.documents ?? []).flatMap(({ path, output }) => {
    const bytes = outputs.get(output);
    return bytes === undefined ? [] : [{ path, sha256: sha256OfBytes(bytes) }];
  });
}
