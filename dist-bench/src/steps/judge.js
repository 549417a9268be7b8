import { isInfrastructure, tail } from '../domain/failures.js';
export const passed = (patch = {}) => ({ status: 'ok', patch });
export const failed = (failure, patch = {}) => ({ status: 'error', failure, patch });
/** Could not look: the same step again, never a round of fixing. */
export const unsure = (failure) => ({ status: 'warning', failure, patch: {} });
/** What the reporter itself says went wrong, or null when it claims success. */
export function admitted({ result, command }) {
    if (result.failure !== undefined) {
        return isInfrastructure(result.failure.kind) ? unsure(result.failure) : failed(result.failure);
    }
    if (result.status === 'ok')
        return null;
    const failure = { kind: 'command_failed', message: `${command.title} was reported as ${result.status}` };
    return result.status === 'warning' ? unsure(failure) : failed(failure);
}
export function badExit(result) {
    if (result.exitCode === undefined || result.exitCode === 0)
        return null;
    return { kind: 'command_failed', message: `it ended with exit code ${result.exitCode}` };
}
/** Expected files that the evidence does not have, as a failure. */
export function missingFiles(command, result) {
    const seen = new Set((result.evidence?.files ?? []).map((file) => file.path));
    const missing = command.expects.files.filter((file) => !seen.has(file.path));
    if (missing.length === 0)
        return null;
    const list = missing.map((file) => `${file.path} (${file.why})`).join(', ');
    return { kind: 'missing_files', message: tail(`missing: ${list}`), ids: missing.map((file) => file.path) };
}
