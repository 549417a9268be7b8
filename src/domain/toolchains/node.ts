import { pathOf } from '../names.js';
import type { Toolchain } from './toolchain.js';

/** The first line of an error that nobody caught, or of a failing test's. */
const ERROR = /^\s*(?:\[?[A-Za-z]*Error\b.*|cause: [A-Za-z]*Error\b.*)$/gm;

/** ES modules run by Node's own test runner. */
export const node: Toolchain = {
  implementationPath: (context, component) => `src/${pathOf(context)}/${pathOf(component)}.js`,
  testPath: (context, component) => `test/${pathOf(context)}/${pathOf(component)}.test.js`,
  testArgv: (testPath, reportPath, logPath) => [
    'node',
    '--test',
    '--test-reporter=junit',
    `--test-reporter-destination=${reportPath}`,
    // The JUnit reporter does not say why a file did not load.
    '--test-reporter=spec',
    `--test-reporter-destination=${logPath}`,
    testPath,
  ],
  okExitCodes: [0, 1],
  nameFault: () => null,
  fileHidesFolder: false,
  saysMissing(text, context, component) {
    const path = node.implementationPath(context, component);
    const errors = text.match(ERROR) ?? [];
    return (
      errors.length > 0 && errors.every((line) => line.includes('Cannot find module ') && line.includes(`/${path}'`))
    );
  },
};
