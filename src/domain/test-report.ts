/** A test that did not pass. */
export interface FailedTest {
  /** Names of the enclosing suites and of the test, joined by ` > `; the test file's path for a file that did not load. */
  readonly name: string;
  /** What the runner said about it, shortened. */
  readonly message: string;
  /** The file could not be loaded, or ended before its tests did: none of its tests can be believed. */
  readonly loadFailure: boolean;
}

/** What a test report says; a file without any test counts as nothing executed. */
export interface TestReport {
  /** Tests that really ran, passed or failed; neither skipped ones nor files that did not load. */
  readonly executed: number;
  readonly failed: readonly FailedTest[];
  readonly skipped: number;
}

export type ParsedTestReport =
  { readonly ok: true; readonly report: TestReport } | { readonly ok: false; readonly reason: string };
