import { pathOf } from '../names.js';
/** ES modules run by Node's own test runner. */
export const node = {
    implementationPath: (context, component) => `src/${pathOf(context)}/${pathOf(component)}.js`,
    testPath: (context, component) => `test/${pathOf(context)}/${pathOf(component)}.test.js`,
    testArgv: (testPath, reportPath) => [
        'node',
        '--test',
        '--test-reporter=junit',
        `--test-reporter-destination=${reportPath}`,
        testPath,
    ],
};
