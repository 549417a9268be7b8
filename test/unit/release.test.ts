import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { RELEASE } from '../../src/domain/release.js';

test('the release that is told is that of the package', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(RELEASE).toBe(version);
});
