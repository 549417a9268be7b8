import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { readImports, violations, type Law } from './read-imports.js';

const law = createRequire(import.meta.url)('../../.import-law.cjs') as Law;
const src = fileURLToPath(new URL('../../src/', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));

test('every import in src is allowed by the row of its folder', () => {
  expect(files.length).toBeGreaterThan(80);
  expect(files.flatMap((path) => violations(law, path, readFileSync(`${src}${path}`, 'utf8')))).toEqual([]);
});

test('the sandbox and the pure folders stay closed, whatever else is added to the law', () => {
  expect(law['workflows']).toEqual(['domain', 'contract', '@temporalio/workflow', '@temporalio/common']);
  expect(law['domain']).toEqual(['@noble/hashes']);
  for (const folder of ['domain', 'documents', 'prompts', 'steps', 'contract', 'ports', 'workflows']) {
    expect(law[folder]!.filter((entry) => entry.startsWith('node:') || entry === 'zod')).toEqual([]);
  }
});

test.each([
  ['workflows/planted.ts', "import type { X } from '../activities/session-activities.js';"],
  ['workflows/planted.ts', "import { z } from 'zod';"],
  ['workflows/deep/planted.ts', "export * from '../../store/pool.js';"],
  ['domain/planted.ts', "const fs = await import('node:fs');"],
  ['domain/planted.ts', "let x: import('../contract/messages.js').Next;"],
  ['contract/planted.ts', "export type { Worker } from '@temporalio/worker';"],
  ['steps/planted.ts', "import fs = require('node:fs');"],
  ['store/planted.ts', "import { runCommand } from '../runner/runner.js';"],
  ['runner/planted.ts', "import '../worker.js';"],
  ['domain/planted.ts', 'await import(name);'],
  ['newfolder/planted.ts', 'export {};'],
])('a planted violation is found: %s %s', (path, source) => {
  expect(violations(law, path, source)).toHaveLength(1);
});

test('an import inside the folder, of an allowed package and in a comment is no violation', () => {
  const source = `
    import { sha256 } from '@noble/hashes/sha2.js';
    import { x } from './session-types/catalog.js';
    // import 'node:fs';
    const text = "import 'pg'";
  `;
  expect(violations(law, 'domain/planted.ts', source)).toEqual([]);
  expect(readImports(source)).toEqual(['@noble/hashes/sha2.js', './session-types/catalog.js']);
});
