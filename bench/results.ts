import type { Command } from '../src/domain/command.js';
import type { Result } from '../src/domain/result.js';

const SHA = 'b'.repeat(40);

/** The result of a command that went well, as the steps judge it; no program is run for it. */
export function wellDone(command: Command): Result {
  const files = command.expects.files.map(({ path }) => ({ path, sha256: 'c'.repeat(64), bytes: 1_024 }));
  const outputs = command.expects.testReports.map(({ output }) => ({ name: output, text: PASSED }));
  return {
    status: 'ok',
    exitCode: 0,
    evidence: { files, git: gitOf(command) },
    ...(outputs.length === 0 ? {} : { outputs }),
    durationMs: 1,
  };
}

function gitOf({ kind, metadata }: Command): NonNullable<Result['evidence']>['git'] & object {
  const { branch, push } = metadata;
  if (kind === 'prepare_workspace') return { branch, baseSha: SHA };
  if (kind !== 'finalize') return {};
  return { branch, commit: SHA, ...(push ? { remoteSha: SHA } : {}) };
}

/** A failing test, another one every round, so that the session is never stuck. */
export function testsFailed(command: Command, round: number): Result {
  const outputs = command.expects.testReports.map(({ output, testFile }) => ({
    name: output,
    text: failedReport(testFile, round),
  }));
  return { ...wellDone(command), status: 'error', exitCode: 1, outputs };
}

const PASSED = `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
\t<testcase name="adds up" time="0.001101" classname="test"/>
\t<!-- tests 1 -->
</testsuites>
`;

function failedReport(testFile: string, round: number): string {
  const stack = Array.from(
    { length: 6 },
    (_, line) => `    at TestContext.run (file:///work/${testFile}:${line + 12}:10)`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
\t<testcase name="adds up" time="0.001101" classname="test"/>
\t<testcase name="case ${round} is rounded half up" time="0.002203" classname="test" failure="Expected values to be strictly equal">
\t\t<failure type="testCodeFailure" message="Expected values to be strictly equal">
Expected values to be strictly equal: ${round} !== ${round + 1}
${stack.join('\n')}
\t\t</failure>
\t</testcase>
\t<!-- tests 2 -->
</testsuites>
`;
}
