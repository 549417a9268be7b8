import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Next } from '../../../src/client.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { commandOf, eventually } from '../../support/manual-client.js';

let rig: HttpRig;
let sessionId: string;
let commandId: string;

beforeAll(async () => {
  rig = await createHttpRig('http-uploads', { workers: ['session'] });
  const body = { sessionType: 'componentCoding', context: 'Billing', component: 'Money', executorQueue: null };
  sessionId = (await rig.call('POST', '/v1/sessions', { body })).body['sessionId'] as string;
  commandId = await eventually(async () => {
    const { body: found } = await rig.call('GET', `/v1/sessions/${sessionId}/command`);
    return commandOf(found['next'] as Next).id;
  }, 'a command');
});
afterAll(() => rig.end());

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const PIECE = 256 * 1024;

const announce = (name: string, bytes: Uint8Array, sha256 = sha256Of(bytes)) =>
  rig.call('POST', `/v1/sessions/${sessionId}/uploads`, { body: { commandId, name, sha256, bytes: bytes.length } });
const append = (id: string, offset: number, piece: Uint8Array) =>
  rig.call('PATCH', `/v1/uploads/${id}`, {
    body: piece,
    headers: { 'content-type': 'application/octet-stream', 'upload-offset': String(offset) },
  });

test('an upload goes on where it broke off, is refused at the wrong place, and its bytes come back exactly', async () => {
  const bytes = randomBytes(PIECE * 2 + 1_000);
  const announced = await announce('big', bytes);
  const id = announced.body['outputId'] as string;
  expect(announced.status).toBe(201);
  expect(announced.headers.get('location')).toBe(`/v1/uploads/${id}`);
  expect(await append(id, 0, bytes.subarray(0, PIECE))).toMatchObject({ status: 200, body: { stored: PIECE } });

  // The client forgot everything: it announces again and learns how far it came.
  const again = await announce('big', bytes);
  expect(again.body).toMatchObject({ outputId: id, stored: PIECE, isFinished: false });
  const gap = await append(id, PIECE + 1, bytes.subarray(PIECE + 1, PIECE * 2));
  expect(gap).toMatchObject({ status: 409, body: { code: 'upload_gap', stored: PIECE, field: 'Upload-Offset' } });
  expect(gap.headers.get('upload-offset')).toBe(String(PIECE));
  const early = await rig.call('POST', `/v1/uploads/${id}/finish`);
  expect(early).toMatchObject({ status: 409, body: { code: 'upload_mismatch', stored: PIECE } });

  const [one, same] = await Promise.all([1, 2].map(() => append(id, PIECE, bytes.subarray(PIECE, PIECE * 2))));
  expect([one?.status, same?.status]).toEqual([200, 200]);
  expect((await append(id, PIECE * 2, bytes.subarray(PIECE * 2))).status).toBe(200);
  const finished = await rig.call('POST', `/v1/uploads/${id}/finish`);
  const ref = { id, sha256: sha256Of(bytes), bytes: bytes.length };
  expect([finished.status, finished.body]).toEqual([200, ref]);
  expect((await rig.call('POST', `/v1/uploads/${id}/finish`)).body).toEqual(ref);

  const back = await fetch(`${rig.url}/v1/outputs/${id}`, { headers: { authorization: `Bearer ${rig.viewer}` } });
  expect(Buffer.from(await back.arrayBuffer()).equals(bytes)).toBe(true);
  expect(back.headers.get('content-type')).toBe('application/octet-stream');
  expect(back.headers.get('x-content-type-options')).toBe('nosniff');
  expect(back.headers.get('content-disposition')).toMatch(/^attachment;/);
  expect(back.headers.get('content-security-policy')).toContain("default-src 'none'");
  const report = { commandId, result: { status: 'error', outputs: [{ name: 'log', ref }] } };
  expect((await rig.call('POST', `/v1/sessions/${sessionId}/results`, { body: report })).status).toBe(200);
});

test('bytes with another hash than announced are never an output', async () => {
  const bytes = randomBytes(100);
  const { body } = await announce('wrong', bytes, 'b'.repeat(64));
  const id = body['outputId'] as string;
  await append(id, 0, bytes);
  const finished = await rig.call('POST', `/v1/uploads/${id}/finish`);
  expect(finished).toMatchObject({
    status: 409,
    body: { code: 'upload_mismatch', announced: 'b'.repeat(64), sha256: sha256Of(bytes) },
  });
  expect((await rig.call('GET', `/v1/outputs/${id}`)).status).toBe(404);
  expect((await rig.call('GET', `/v1/uploads/${id}`)).body).toMatchObject({ isFinished: false, stored: 100 });
});

test('pieces and announcements have limits', async () => {
  const { body } = await announce('limits', randomBytes(PIECE * 3));
  const id = body['outputId'] as string;
  expect(await append(id, 0, randomBytes(PIECE + 1))).toMatchObject({
    status: 413,
    body: { code: 'payload_too_large' },
  });
  const json = await rig.call('PATCH', `/v1/uploads/${id}`, { body: {}, headers: { 'upload-offset': '0' } });
  expect(json).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
  const nowhere = await rig.call('PATCH', `/v1/uploads/${id}`, {
    body: new Uint8Array(1),
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(nowhere).toMatchObject({ status: 400, body: { field: 'upload-offset' } });
  const request = { commandId, name: 'huge', sha256: 'a'.repeat(64), bytes: 52_428_801 };
  const huge = await rig.call('POST', `/v1/sessions/${sessionId}/uploads`, { body: request });
  expect(huge).toMatchObject({ status: 400, body: { field: 'bytes' } });
  const stray = { ...request, bytes: 1, commandId: 'nobody' };
  const unknown = await rig.call('POST', `/v1/sessions/${sessionId}/uploads`, { body: stray });
  expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found', field: 'commandId' } });
});
