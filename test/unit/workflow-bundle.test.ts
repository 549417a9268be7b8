import { expect, test } from '@jest/globals';
import { bundleWorkflowCode } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';

const FORBIDDEN = [
  /\bnode_modules\/(?!@temporalio\/|@noble\/hashes\/|nexus-rpc\/|ms\/|long\/|protobufjs\/|assert\/|util\/|url\/)/,
  /\bsrc\/(?!workflows\/|contract\/|domain\/)/,
];

test('the workflows bundle without any ignore list, and nothing that the sandbox must not see is inside', async () => {
  const problems: string[] = [];
  const note = (message: string) => void problems.push(message);
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)),
    logger: { log: () => {}, trace: () => {}, debug: () => {}, info: () => {}, warn: note, error: note },
  });
  expect(problems).toEqual([]);
  // webpack names every module it took in: `"./src/domain/json.ts":`
  const modules = [...code.matchAll(/^\s*(?:\/\*{3}\/ )?"([^"\n]+\.(?:[cm]?[jt]s|json))"\s*:/gm)].map(
    (match) => match[1]!,
  );
  expect(modules.some((path) => path.endsWith('src/workflows/session-loop.ts'))).toBe(true);
  expect(modules.some((path) => path.includes('@noble/hashes/sha2'))).toBe(true);
  expect(modules.filter((path) => FORBIDDEN.some((pattern) => pattern.test(path)))).toEqual([]);
}, 120_000);
