import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

/** Every module that a compiled file brings along, and the packages it takes from elsewhere. */
function broughtAlong(file: URL, seen = new Set<string>(), packages = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file.href)) return packages;
  seen.add(file.href);
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)) {
    if (name.startsWith('.')) broughtAlong(new URL(name, file), seen, packages);
    else packages.add(name);
  }
  return packages;
}

test('the client of the HTTP API brings along nothing of Node and no schemas', () => {
  const packages = broughtAlong(new URL('../../dist/http-client.js', import.meta.url));
  expect([...packages].sort()).toEqual(['@noble/hashes/sha2.js', '@noble/hashes/utils.js', 'eventsource-parser']);
});
