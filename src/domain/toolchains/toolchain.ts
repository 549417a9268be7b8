/** How one kind of project lays out files and runs tests. */
export interface Toolchain {
  implementationPath(context: string, component: string): string;
  testPath(context: string, component: string): string;
  /** argv that runs one test file and writes JUnit XML to `reportPath`, and what it says for people to `logPath` where it can. */
  testArgv(testPath: string, reportPath: string, logPath: string): readonly string[];
  /** Of a run that wrote its report; the report says whether the tests pass. */
  readonly okExitCodes: readonly number[];
  /** Whether a failing test, or a file that does not load, says that this component's implementation is not there, and nothing else. */
  saysMissing(text: string, context: string, component: string): boolean;
  /** Why the language cannot have a context or a component of this name, to be read after "would be"; null when it can. */
  nameFault(kind: 'context' | 'component', name: string): string | null;
  /** `tax.py` keeps everything in `tax/` from being imported. */
  readonly fileHidesFolder: boolean;
}

/** A project's own layout by templates; see docs/toolchains.md. */
export interface CustomToolchain {
  /** Path of a component's implementation, for example `lib/shop/{context_snake}/{component_snake}.ex`. */
  readonly implementation: string;
  readonly test: string;
  /** `{test}`, `{report}` and `{log}` are replaced in every argument. */
  readonly testArgv: readonly string[];
  /** What the test runner says when an implementation is not there, each on its own; templates too. */
  readonly missing: readonly string[];
}

export const BUILT_IN_TOOLCHAINS = ['node', 'python'] as const;
export type BuiltInToolchain = (typeof BUILT_IN_TOOLCHAINS)[number];
export type ToolchainSpec = BuiltInToolchain | CustomToolchain;
