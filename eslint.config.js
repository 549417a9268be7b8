import { defineConfig } from 'eslint/config';
import temporal from 'eslint-plugin-temporal';
import tseslint from 'typescript-eslint';

// Folders that run anywhere: no Node, no clock, no environment. The import law itself is in .dependency-cruiser.cjs.
const PURE = ['domain', 'documents', 'prompts', 'steps', 'contract', 'ports', 'workflows'];
const pure = PURE.map((folder) => `src/${folder}/**/*.ts`);

const noEnvironment = {
  object: 'process',
  property: 'env',
  message: 'Only src/config.ts reads the environment; take a Config instead.',
};
const noDefaultExport = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
  message: 'Name the export as the file is named.',
};
const noPoolQuery = {
  selector:
    'CallExpression[callee.property.name="query"]:matches([callee.object.name=/[pP]ool$/], [callee.object.property.name=/[pP]ool$/])',
  message: 'withScope of src/store is the only door to the database.',
};
const noClock = {
  selector:
    'CallExpression[callee.object.name="Date"][callee.property.name="now"], NewExpression[callee.name="Date"][arguments.length=0], CallExpression[callee.object.name="Math"][callee.property.name="random"]',
  message: 'A pure function takes the time and chance as arguments.',
};

const noNode = { group: ['node:*'], message: 'This folder runs anywhere.' };
const noCondition = {
  name: '@temporalio/workflow',
  importNames: ['condition'],
  message: 'Wait with `until` of turns.ts, which sees what moves.',
};
const noSuggestion = {
  selector: 'MemberExpression[property.name="continueAsNewSuggested"]',
  message: 'Ask told-by-history.ts: a replay is told this of another task than the run was.',
};

// Off, with the reason; every other rule of the plugin is an error.
const TEMPORAL_OFF = [
  // People and agents take as long as they take: sessions wait without a limit, and say so.
  'workflow-condition-timeout-style',
  'workflow-duration-format',
  // These take every exported function of the folder for a workflow.
  'workflow-prefer-single-object-args',
  'workflow-no-nonserializable-types-in-payloads',
  // typescript-eslint knows the types, this one takes setHandler for a promise.
  'workflow-no-floating-promises',
  // test/replay is the gate for changes, not a comment.
  'workflow-replay-testing-required-comment',
  // uuid4() is replayed, and the ids are meant to change with a reset.
  'workflow-prefer-local-activity-for-nondeterministic-value',
  'workflow-uuid4-requires-security-comment',
  // Helpers of an activity beat by a timer that outlives the call, and speak in results (docs: one translation throws).
  'activity-context-not-stored',
  'activity-heartbeat-in-long-loops',
  'activity-prefer-applicationfailure',
];

function temporalRules(folder) {
  const names = Object.keys(temporal.configs[folder].rules);
  const level = (name) => (TEMPORAL_OFF.includes(name.replace('temporal/', '')) ? 'off' : 'error');
  return { plugins: { temporal }, rules: Object.fromEntries(names.map((name) => [name, level(name)])) };
}

export default defineConfig(
  { ignores: ['dist/', 'dist-bench/', 'coverage/', '.specwright/', 'node_modules/', 'examples/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { requireDefaultForNonUnion: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      // Ports and options are objects of closures.
      '@typescript-eslint/unbound-method': 'off',
      // An interface may promise a promise that one form of it has at once.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      eqeqeq: 'error',
      'prefer-const': 'error',
      'no-console': ['error', { allow: ['warn', 'error'] }],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', noEnvironment],
      'no-restricted-imports': ['error', { paths: [{ name: 'node:process', importNames: ['env'] }] }],
      'no-restricted-syntax': ['error', noDefaultExport, noPoolQuery],
    },
  },
  { files: ['src/config.ts'], rules: { 'no-restricted-properties': 'off', 'no-restricted-imports': 'off' } },
  { files: ['src/store/**/*.ts'], rules: { 'no-restricted-syntax': ['error', noDefaultExport] } },
  {
    files: pure,
    rules: {
      'no-restricted-imports': ['error', { patterns: [noNode] }],
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate'],
    },
  },
  {
    // In src/workflows the sandbox gives `new Date()` and chance their replayed values.
    files: pure.filter((pattern) => !pattern.startsWith('src/workflows')),
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, noPoolQuery, noClock] },
  },
  { files: ['src/workflows/**/*.ts'], ...temporalRules('workflow') },
  { files: ['src/activities/**/*.ts'], ...temporalRules('activity') },
  { files: ['src/workflows/**/*.ts'], rules: { 'max-lines': ['error', 150] } },
  {
    files: ['src/workflows/**/*.ts'],
    ignores: ['src/workflows/turns.ts', 'src/workflows/told-by-history.ts'],
    rules: {
      'no-restricted-imports': ['error', { paths: [noCondition], patterns: [noNode] }],
      'no-restricted-syntax': ['error', noDefaultExport, noPoolQuery, noSuggestion],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', 'no-console': 'off' },
  },
);
