import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

// The Compose Specification's own schema (Apache-2.0), as compose-go 2.16.2 ships it.
const schema = JSON.parse(readFileSync(new URL('./schemas/compose-spec.json', import.meta.url), 'utf8')) as object;
const file = parse(readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8'), { merge: true }) as {
  services: Record<string, object>;
};

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);
const isValid = ajv.compile(schema);

test('docker-compose.yml follows the Compose Specification', () => {
  expect([isValid(file), isValid.errors]).toEqual([true, null]);
  expect(Object.keys(file.services)).toEqual(
    expect.arrayContaining(['postgres', 'temporal', 'temporal-ui', 'worker', 'executor']),
  );
});

test('a misspelt key of a service is refused', () => {
  const worker = { ...file.services['worker'], comand: ['x'] };
  expect(isValid({ ...file, services: { ...file.services, worker } })).toBe(false);
});
