import type { Next } from '../../src/client.js';
import { type HttpRig, triedWebhook } from './http-rig.js';
import { commandOf, eventually } from './manual-client.js';

const START = { sessionType: 'componentCoding', context: 'Billing', component: 'Money', executorQueue: null };
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const SHA256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const NO = { status: 'error', failure: { kind: 'command_failed', message: 'no', ids: ['a'] } } as const;

/** A started session with its first command open. */
export async function openSession(rig: HttpRig, more: object = {}): Promise<{ sessionId: string; commandId: string }> {
  const started = await rig.call('POST', '/v1/sessions', { body: { ...START, ...more } });
  const sessionId = started.body['sessionId'] as string;
  const commandId = await eventually(async () => {
    const { body } = await rig.call('GET', `/v1/sessions/${sessionId}/command`);
    return commandOf(body['next'] as Next).id;
  }, 'a command');
  return { sessionId, commandId };
}

/** A session with everything in it: accepted and refused results, outputs, an event of each kind. */
export async function someThings(rig: HttpRig): Promise<Record<string, string>> {
  const { sessionId, commandId } = await openSession(rig);
  const path = `/v1/sessions/${sessionId}`;
  const announced = await rig.call('POST', `${path}/uploads`, {
    body: { commandId, name: 'log', sha256: SHA256, bytes: 3 },
  });
  const uploadId = announced.body['outputId'] as string;
  const headers = { 'content-type': 'application/octet-stream', 'upload-offset': '0' };
  await rig.call('PATCH', `/v1/uploads/${uploadId}`, { body: new TextEncoder().encode('abc'), headers });
  await rig.call('POST', `/v1/uploads/${uploadId}/finish`);
  await rig.call('POST', `${path}/lease`, { body: { commandId, owner: 'me', ttlMs: 3_600_000 } });
  const outputs = [
    { name: 'log', ref: { id: uploadId, sha256: SHA256, bytes: 3 } },
    { name: 'note', text: 'hello' },
  ];
  const result = { ...NO, outputs, data: { deep: [1] }, durationMs: 4 };
  await rig.call('POST', `${path}/results`, { body: { commandId, result, lease: 1 } });
  await rig.call('POST', `${path}/results`, { body: { commandId, result: { status: 'ok' } } });
  return { sessionId, uploadId, outputId: uploadId, userId: rig.scope.userId, ...(await triedWebhook(rig)) };
}

/** A session that waits for a person to decide. */
export async function undecidedSession(rig: HttpRig): Promise<{ sessionId: string }> {
  const { sessionId, commandId } = await openSession(rig, { bounds: { initialize: 1 }, onExhausted: 'wait' });
  await rig.call('POST', `/v1/sessions/${sessionId}/results`, { body: { commandId, result: NO } });
  await eventually(async () => {
    const { body } = await rig.call('GET', `/v1/sessions/${sessionId}`);
    return body['waitingOn'] === 'decision';
  }, 'a session that waits for a decision');
  return { sessionId };
}

/** For announcing an upload that can be finished at once. */
export const EMPTY_OUTPUT = { sha256: EMPTY_SHA256, bytes: 0 } as const;

/** An upload of which nothing is there yet. */
export async function announcedUpload(
  rig: HttpRig,
  { sessionId, commandId }: { readonly sessionId: string; readonly commandId: string },
): Promise<string> {
  const body = { commandId, name: 'to come', sha256: SHA256, bytes: 1_000 };
  return (await rig.call('POST', `/v1/sessions/${sessionId}/uploads`, { body })).body['outputId'] as string;
}
