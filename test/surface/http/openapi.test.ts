import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { someThings } from '../../support/http-things.js';
import { type ApiDocument, loadDocument } from '../../support/openapi-document.js';

let rig: HttpRig;
let document: ApiDocument;
let ids: Record<string, string>;

beforeAll(async () => {
  rig = await createHttpRig('http-openapi', { workers: ['session'] });
  document = await loadDocument(rig.url);
  ids = await someThings(rig);
});
afterAll(() => rig.end());

test('the document is OpenAPI 3.1, whole, and every schema in it is one', () => {
  const { whole, validator, operations: all } = document;
  expect(whole).toMatchObject({
    openapi: expect.stringMatching(/^3\.1\.\d+$/) as unknown,
    info: { title: 'specwright' },
  });
  const text = JSON.stringify(whole);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    expect(whole.components.schemas).toHaveProperty(name!);
  }
  expect(text).not.toContain('"readOnly"');
  for (const schema of Object.values(whole.components.schemas)) validator(schema);
  expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
  for (const { path, operationId, summary, parameters, responses, security, requestBody } of all) {
    expect([operationId, typeof summary]).toEqual([operationId, 'string']);
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const inPath = parameters.filter((one) => one.in === 'path');
    expect([operationId, inPath.map(({ name }) => name)]).toEqual([operationId, named]);
    expect(inPath.every(({ required }) => required)).toBe(true);
    for (const { schema } of [...parameters, ...Object.values(requestBody?.content ?? {})]) validator(schema);
    expect(Object.keys(responses).some((status) => /^2\d\d$/.test(status))).toBe(true);
    for (const [status, { description, content }] of Object.entries(responses)) {
      expect(description).toEqual(expect.any(String));
      for (const { schema } of Object.values(content ?? {})) validator(schema);
      if (Number(status) >= 400) expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
    }
    const needed = security.length > 0 ? ['400', '401', '403', '429', '500', '503'] : [];
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(needed));
  }
});

test('every documented GET answers what the document says', async () => {
  let looked = 0;
  for (const { method, path, operationId, responses } of document.operations) {
    if (method !== 'GET') continue;
    const url = path.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? 'unknown');
    for (const [key, status] of [
      [rig.admin, '200'],
      [null, responses['401'] ? '401' : '200'],
    ] as const) {
      const answer = await rig.call('GET', url, { key });
      expect([operationId, String(answer.status)]).toEqual([operationId, status]);
      const type = answer.headers.get('content-type')!.split(';')[0]!;
      const { schema } = responses[status]!.content![type]!;
      if (type.endsWith('json')) {
        const validate = document.validator(schema);
        expect([operationId, validate(answer.body), validate.errors]).toEqual([operationId, true, null]);
        looked += 1;
      }
    }
  }
  expect(looked).toBeGreaterThan(30);
});

test('the page to read it needs nothing from elsewhere and runs nothing', async () => {
  const answer = await fetch(`${rig.url}/v1/docs`);
  const html = await answer.text();
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(html).not.toMatch(/<script|https?:\/\/|\son\w+=/);
  for (const { operationId } of document.operations) expect(html).toContain(`id="${operationId}"`);
});
