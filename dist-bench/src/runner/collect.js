import { clearPlaceFor, fileEvidence } from './workspace-files.js';
/** An old report must not count for a run that wrote none; its folder has to be there for the test runner to write to. */
export async function clearReports(workspace, expects) {
    for (const { path } of expects.testReports)
        await clearPlaceFor(workspace, path);
}
/** What is there of the files a command was to leave behind; judging says what is missing. */
export async function collectFiles(workspace, expects, signal) {
    const found = [];
    for (const { path } of expects.files) {
        const evidence = await fileEvidence(workspace, path, signal);
        if (evidence !== null)
            found.push(evidence);
    }
    return found;
}
export async function collectReports(workspace, expects, output, secrets) {
    for (const report of expects.testReports)
        await output.addFile(report.output, workspace, report.path, secrets);
}
