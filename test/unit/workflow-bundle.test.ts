import { expect, test } from '@jest/globals';
import { bundleWorkflowCode } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** All that may stand in the bundle: our three sandboxed folders, Temporal's own code and what that brings along. */
const ALLOWED = [
  /^src\/(workflows|contract|domain)\//,
  /^node_modules\/(@temporalio\/(workflow|common)|@noble\/hashes|nexus-rpc|ms|long)\//,
  /^webpack\//,
  // Places for converters of our own, which we do not have.
  /^ignored\|node_modules\/@temporalio\/workflow\/lib\|__temporal_custom_(payload|failure)_converter$/,
];

test('the workflows bundle without any ignore list, and only sandboxed modules are inside', async () => {
  const problems: string[] = [];
  const note = (message: string) => void problems.push(message);
  const { code } = await bundleWorkflowCode({
    workflowsPath: `${root}src/workflows/index.ts`,
    logger: { log: () => {}, trace: () => {}, debug: () => {}, info: () => {}, warn: note, error: note },
  });
  expect(problems).toEqual([]);
  const modules = sourcesOf(code).map((path) => path.replace(root, ''));
  expect(modules).toContain('src/workflows/session-loop.ts');
  expect(modules).toContain('node_modules/@noble/hashes/sha2.js');
  expect(modules.filter((path) => !ALLOWED.some((pattern) => pattern.test(path)))).toEqual([]);
}, 120_000);

/** The files a bundle was made of, from the source map at its end. */
function sourcesOf(code: string): readonly string[] {
  const map = code.slice(code.lastIndexOf('base64,') + 'base64,'.length);
  const { sources } = JSON.parse(Buffer.from(map, 'base64').toString()) as { sources: string[] };
  return sources;
}
