/** How one kind of project lays out files and runs tests. */
export interface Toolchain {
  implementationPath(context: string, component: string): string;
  testPath(context: string, component: string): string;
  /** argv that runs one test file and writes JUnit XML to `reportPath`. */
  testArgv(testPath: string, reportPath: string): readonly string[];
}
