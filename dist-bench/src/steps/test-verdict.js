import { tail } from '../domain/failures.js';
import { parseJunit } from '../documents/junit-report.js';
/** Judges one JUnit report by its bytes. Zero executed tests is not a pass. */
export function judgeTests(expected, bytes) {
    const file = expected.testFile;
    if (bytes === undefined) {
        const message = `the test report ${expected.output} was not reported; add the bytes of ${expected.path} as that output`;
        return { kind: 'unreadable', failure: { kind: 'missing_files', message, ids: [expected.path] } };
    }
    const parsed = parseJunit(bytes, file);
    if (!parsed.ok) {
        return {
            kind: 'unreadable',
            failure: { kind: 'invalid_output', message: `${expected.output}: ${parsed.reason}`, file },
        };
    }
    const { executed, failed } = parsed.report;
    if (failed.length > 0) {
        const names = failed.map((test) => test.name);
        const detail = tail(failed.map((test) => `${test.name}\n${test.message}`).join('\n\n'));
        const message = tail(`${failed.length} of ${Math.max(executed, failed.length)} tests failed: ${names.join(', ')}`, 500);
        return { kind: 'failed', failure: { kind: 'tests_failed', message, detail, file, ids: names.slice(0, 50) } };
    }
    if (executed === 0) {
        return {
            kind: 'failed',
            failure: { kind: 'tests_failed', message: `no test ran in ${file}`, file, ids: ['no tests'] },
        };
    }
    return { kind: 'passed', executed };
}
