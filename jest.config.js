const swc = ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } }];

const project = (displayName, extra = {}) => ({
  displayName,
  testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
  testEnvironment: 'node',
  // Copies of the examples that a demo left, and builds.
  modulePathIgnorePatterns: ['<rootDir>/.specwright', '<rootDir>/dist', '<rootDir>/dist-bench'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': swc },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  ...extra,
});

const servers = {
  globalSetup: '<rootDir>/test/support/servers.mjs',
  globalTeardown: '<rootDir>/test/support/stop-servers.mjs',
};

export default {
  projects: [
    project('unit'),
    project('runner'),
    project('store'),
    project('workflow', servers),
    project('replay'),
    project('surface', { testPathIgnorePatterns: ['/test/surface/http/'] }),
    project('http', { ...servers, testMatch: ['<rootDir>/test/surface/http/**/*.test.ts'] }),
  ],
  testTimeout: 120_000,
  // On two cores jest would take one: most of these tests wait for servers and processes.
  maxWorkers: 3,
};
