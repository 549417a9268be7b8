import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Next } from '../../../src/client.js';
import { createHttpRig, type HttpRig, triedWebhook } from '../../support/http-rig.js';
import { commandOf, eventually } from '../../support/manual-client.js';

interface Content {
  readonly [type: string]: { readonly schema: object };
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly object[];
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: object }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}
interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>>; readonly securitySchemes: object };
}

let rig: HttpRig;
let document: OpenApi;
let ajv: Ajv2020;
let ids: Record<string, string>;

beforeAll(async () => {
  rig = await createHttpRig('http-openapi', { workers: ['session'] });
  const answer = await fetch(`${rig.url}/v1/openapi.json`);
  document = (await answer.json()) as OpenApi;
  ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'doc', components: document.components });
  ids = await someThings();
});
afterAll(() => rig.end());

const operations = (): readonly (Operation & { readonly method: string; readonly path: string })[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );

function compiled(schema: object): ValidateFunction {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"doc#/components/');
  return ajv.compile(JSON.parse(text) as object);
}

/** A session with everything in it: accepted and refused results, outputs, an event of each kind. */
async function someThings(): Promise<Record<string, string>> {
  const body = { sessionType: 'componentCoding', context: 'Billing', component: 'Money', executorQueue: null };
  const sessionId = (await rig.call('POST', '/v1/sessions', { body })).body['sessionId'] as string;
  const path = `/v1/sessions/${sessionId}`;
  const commandId = await eventually(async () => {
    const { body: found } = await rig.call('GET', `${path}/command`);
    return commandOf(found['next'] as Next).id;
  }, 'a command');
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const announced = await rig.call('POST', `${path}/uploads`, { body: { commandId, name: 'log', sha256, bytes: 3 } });
  const uploadId = announced.body['outputId'] as string;
  const headers = { 'content-type': 'application/octet-stream', 'upload-offset': '0' };
  await rig.call('PATCH', `/v1/uploads/${uploadId}`, { body: new TextEncoder().encode('abc'), headers });
  await rig.call('POST', `/v1/uploads/${uploadId}/finish`);
  await rig.call('POST', `${path}/lease`, { body: { commandId, owner: 'me', ttlMs: 60_000 } });
  const failure = { kind: 'command_failed', message: 'no', ids: ['a'] };
  const outputs = [
    { name: 'log', ref: { id: uploadId, sha256, bytes: 3 } },
    { name: 'note', text: 'hello' },
  ];
  const result = { status: 'error', failure, outputs, data: { deep: [1] }, durationMs: 4 };
  await rig.call('POST', `${path}/results`, { body: { commandId, result, lease: 1 } });
  await rig.call('POST', `${path}/results`, { body: { commandId, result: { status: 'ok' } } });
  return { sessionId, uploadId, outputId: uploadId, userId: rig.scope.userId, ...(await triedWebhook(rig)) };
}

test('the document is OpenAPI 3.1, whole, and every schema in it is one', () => {
  expect(document).toMatchObject({
    openapi: expect.stringMatching(/^3\.1\.\d+$/) as unknown,
    info: { title: 'specwright' },
  });
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    expect(document.components.schemas).toHaveProperty(name!);
  }
  expect(text).not.toContain('"readOnly"');
  for (const schema of Object.values(document.components.schemas)) compiled(schema);
  const all = operations();
  expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
  for (const { path, operationId, summary, parameters = [], responses, security, requestBody } of all) {
    expect([operationId, typeof summary]).toEqual([operationId, 'string']);
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const inPath = parameters.filter((one) => one.in === 'path');
    expect([operationId, inPath.map(({ name }) => name)]).toEqual([operationId, named]);
    expect(inPath.every(({ required }) => required)).toBe(true);
    for (const { schema } of [...parameters, ...Object.values(requestBody?.content ?? {})]) compiled(schema);
    expect(Object.keys(responses).some((status) => /^2\d\d$/.test(status))).toBe(true);
    for (const [status, { description, content }] of Object.entries(responses)) {
      expect(description).toEqual(expect.any(String));
      for (const { schema } of Object.values(content ?? {})) compiled(schema);
      if (Number(status) >= 400) expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
    }
    const needed = security.length > 0 ? ['400', '401', '403', '429', '500', '503'] : [];
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(needed));
  }
});

test('every documented GET answers what the document says', async () => {
  let looked = 0;
  for (const { method, path, operationId, responses } of operations()) {
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
        const validate = compiled(schema);
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
  for (const { operationId } of operations()) expect(html).toContain(`id="${operationId}"`);
});
