import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHttpClient, type HttpClient, type Operations } from '../../../src/http-client.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { commandOf, eventually } from '../../support/manual-client.js';
import { type ApiDocument, loadDocument } from '../../support/openapi-document.js';

let rig: HttpRig;
let document: ApiDocument;

beforeAll(async () => {
  rig = await createHttpRig('http-client', { workers: ['session'] });
  document = await loadDocument(rig.url);
});
afterAll(() => rig.end());

const BYTES = new TextEncoder().encode('all of it');
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const START = {
  sessionType: 'componentCoding',
  context: 'Billing',
  component: 'Money',
  executorQueue: null,
  onExhausted: 'wait',
  bounds: { initialize: 1 },
} as const;
const LEASE = { owner: 'a test', ttlMs: 60_000 };

/** What earlier calls answered, for later ones. */
const had = {
  keyId: '',
  userId: randomUUID(),
  sessionId: '',
  commandId: '',
  lease: 0,
  uploadId: '',
  webhookId: '',
  deliveryId: '',
};

/** One call of every operation, in an order in which each is answered with success. */
const CALLS: { readonly [Name in keyof Operations]: (api: HttpClient) => ReturnType<Operations[Name]> } = {
  isAlive: (api) => api.isAlive(),
  isReady: (api) => api.isReady(),
  getOpenApi: (api) => api.getOpenApi(),
  getDocs: (api) => api.getDocs(),
  getMe: (api) => api.getMe(),
  createKey: async (api) => {
    const made = await api.createKey({ name: 'a test', role: 'viewer', expiresAt: '2999-01-01T00:00:00Z' });
    had.keyId = made.keyId;
    return made;
  },
  rotateKey: (api) => api.rotateKey(had.keyId),
  revokeKey: (api) => api.revokeKey(had.keyId),
  listKeys: (api) => api.listKeys(),
  putMember: (api) => api.putMember(had.userId, { name: 'Ann', role: 'viewer' }),
  getMember: (api) => api.getMember(had.userId),
  listMembers: (api) => api.listMembers(),
  removeMember: (api) => api.removeMember(had.userId),
  getProject: (api) => api.getProject(),
  applyProject: async (api) => api.applyProject(await api.getProject(), { dryRun: true, prune: false }),
  listContexts: (api) => api.listContexts(),
  listComponents: (api) => api.listComponents({ context: 'Billing' }),
  listStories: (api) => api.listStories({ context: 'Billing' }),
  listRules: (api) => api.listRules(),
  startSession: async (api) => {
    const started = await api.startSession(START);
    had.sessionId = started.sessionId;
    return started;
  },
  nextCommand: async (api) => {
    const { next } = await eventually(async () => {
      const seen = await api.nextCommand(had.sessionId);
      return seen.next.kind === 'command' && seen;
    }, 'a command');
    had.commandId = commandOf(next).id;
    return api.nextCommand(had.sessionId, { after: 1_000, waitMs: 5 });
  },
  listSessions: (api) =>
    api.listSessions({ status: 'active', roots: true, limit: 2, createdAfter: '2020-01-01T00:00:00Z' }),
  listChecks: (api) => api.listChecks(),
  listStuck: (api) => api.listStuck({ limit: 5 }),
  getSession: (api) => api.getSession(had.sessionId),
  getSessionTree: (api) => api.getSessionTree(had.sessionId),
  listEvents: (api) => api.listEvents(had.sessionId, { after: 0, limit: 5 }),
  takeCommand: async (api) => {
    const lease = await api.takeCommand(had.sessionId, { commandId: had.commandId, ...LEASE });
    had.lease = lease.number;
    return lease;
  },
  renewLease: (api) => {
    return api.renewLease(had.sessionId, { commandId: had.commandId, number: had.lease, ttlMs: 60_000 });
  },
  releaseCommand: (api) => api.releaseCommand(had.sessionId, { commandId: had.commandId, number: had.lease }),
  announceUpload: async (api) => {
    const output = { commandId: had.commandId, name: 'log', sha256: SHA256, bytes: BYTES.length };
    const upload = await api.announceUpload(had.sessionId, output);
    had.uploadId = upload.outputId;
    return upload;
  },
  getUpload: (api) => api.getUpload(had.uploadId),
  appendToUpload: (api) => api.appendToUpload(had.uploadId, BYTES, 0),
  finishUpload: (api) => api.finishUpload(had.uploadId),
  getOutput: (api) => api.getOutput(had.uploadId),
  submitResult: (api) => {
    const outputs = [{ name: 'log', ref: { id: had.uploadId, sha256: SHA256, bytes: BYTES.length } }];
    const failure = { kind: 'invalid_output', message: 'no' } as const;
    const report = { commandId: had.commandId, result: { status: 'error', failure, outputs } } as const;
    return api.submitResult(had.sessionId, report, { durable: false });
  },
  listInteractions: (api) => api.listInteractions(had.sessionId),
  listRejected: (api) => api.listRejected(had.sessionId),
  setExecutionMode: (api) => api.setExecutionMode(had.sessionId, { mode: 'manual' }),
  decide: (api) => api.decide(had.sessionId, { action: 'retry', reason: 'a test' }),
  cancelSession: (api) => api.cancelSession(had.sessionId, { reason: 'a test' }),
  createWebhook: async (api) => {
    const made = await api.createWebhook({ url: 'https://hooks.invalid/', types: ['session_reopened'] });
    had.webhookId = made.webhookId;
    return made;
  },
  rotateWebhookSecret: (api) => api.rotateWebhookSecret(had.webhookId),
  listWebhooks: (api) => api.listWebhooks(),
  pingWebhook: async (api) => {
    const sent = await api.pingWebhook(had.webhookId);
    had.deliveryId = sent.deliveryId;
    return sent;
  },
  listDeliveries: (api) => api.listDeliveries(had.webhookId, { status: 'pending', limit: 1 }),
  getDelivery: (api) => api.getDelivery(had.webhookId, had.deliveryId),
  getWebhook: (api) => api.getWebhook(had.webhookId),
  replayDelivery: async (api) => {
    // Given up, the delivery has disabled its webhook.
    await eventually(
      async () => (await api.getDelivery(had.webhookId, had.deliveryId)).status === 'given_up',
      'no more tries',
    );
    await api.updateWebhook(had.webhookId, { enabled: true });
    return api.replayDelivery(had.webhookId, had.deliveryId);
  },
  updateWebhook: (api) => api.updateWebhook(had.webhookId, { description: 'a test', enabled: false }),
  deleteWebhook: (api) => api.deleteWebhook(had.webhookId),
};
const NAMES = Object.keys(CALLS) as readonly (keyof Operations)[];

interface Exchange {
  readonly request: Request;
  readonly body: Uint8Array;
  readonly response: Response;
}

/** A client whose exchanges are kept. */
function listening(key = rig.admin): { api: HttpClient; exchanges: Exchange[] } {
  const exchanges: Exchange[] = [];
  const listen: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const body = new Uint8Array(await request.clone().arrayBuffer());
    const response = await fetch(input, init);
    exchanges.push({ request, body, response: response.clone() });
    return response;
  };
  return { api: createHttpClient({ url: rig.url, key, fetch: listen }), exchanges };
}

/** Everything in an exchange that the document does not say. */
async function strayIn({ request, body, response }: Exchange): Promise<readonly string[]> {
  const { pathname, searchParams } = new URL(request.url);
  const operation = document.operation(request.method, pathname);
  if (operation === undefined) return [`${request.method} ${pathname} is not documented`];
  const faults: string[] = [];
  const { parameters = [], requestBody, responses } = operation;
  for (const name of searchParams.keys()) {
    if (!parameters.some((one) => one.in === 'query' && one.name === name)) faults.push(`query ${name}`);
  }
  for (const { name, in: place, required, schema } of parameters) {
    const text = { query: searchParams.get(name), header: request.headers.get(name), path: '-' }[place];
    if (text === null && required === true) faults.push(`${place} ${name} is missing`);
    if (text !== null && place !== 'path') faults.push(...document.faults(schema, valueOf(text, schema)));
  }
  const type = (headers: Headers) => headers.get('content-type')?.split(';')[0] ?? '';
  const asked = requestBody?.content[type(request.headers)]?.schema;
  if (requestBody && !asked) faults.push(`a body of ${type(request.headers)}`);
  if (!requestBody && body.length > 0) faults.push('a body');
  if (asked && type(request.headers).endsWith('json')) faults.push(...document.faults(asked, parsed(body)));
  const answer = responses[String(response.status)];
  const told = answer?.content?.[type(response.headers)]?.schema;
  if (!answer) faults.push(`an answer ${response.status}`);
  if (told && type(response.headers).endsWith('json')) faults.push(...document.faults(told, await response.json()));
  return faults.map((fault) => `${operation.operationId}: ${fault}`);
}

const parsed = (body: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(body));
const valueOf = (text: string, schema: object): unknown =>
  'type' in schema && ['integer', 'boolean'].includes(String(schema.type)) ? JSON.parse(text) : text;

test('there is exactly one method for every documented operation', () => {
  const { events: _events, uploadOutput: _uploadOutput, ...methods } = listening().api;
  const documented = document.operations.map(({ operationId }) => operationId);
  expect(Object.keys(methods).sort()).toEqual([...documented].sort());
  expect([...NAMES].sort()).toEqual([...documented].sort());
});

test('every method sends and is answered what the document says of its operation', async () => {
  for (const name of NAMES) {
    const { api, exchanges } = listening();
    const answer = await CALLS[name](api);
    const last = exchanges.at(-1)!;
    const { pathname } = new URL(last.request.url);
    expect([name, document.operation(last.request.method, pathname)?.operationId]).toEqual([name, name]);
    expect([name, last.response.ok]).toEqual([name, true]);
    for (const exchange of exchanges)
      expect(await strayIn({ ...exchange, response: exchange.response.clone() })).toEqual([]);
    const type = last.response.headers.get('content-type') ?? '';
    const body = type === '' ? undefined : type.includes('json') ? await last.response.json() : null;
    if (body !== null) expect([name, answer]).toEqual([name, body]);
  }
  expect(await listening().api.getOutput(had.uploadId)).toEqual(BYTES);
});

test('a refusal is one error with the code, the fix and the request id of the server', async () => {
  const { api, exchanges } = listening();
  const refused = await api
    .submitResult(had.sessionId, { commandId: 'nobody', result: { status: 'ok' } })
    .catch((error: unknown) => error);
  const { headers } = exchanges[0]!.response;
  expect(refused).toMatchObject({
    name: 'ProblemError',
    status: expect.any(Number) as unknown,
    code: expect.stringMatching(/^(unknown_interaction|session_closed)$/) as unknown,
    fix: expect.any(String) as unknown,
    requestId: headers.get('x-request-id'),
  });
  expect(await strayIn(exchanges[0]!)).toEqual([]);
  await expect(api.getSession('nobody')).rejects.toMatchObject({ status: 404, code: 'session_not_found' });
  await expect(listening(`sw_${'A'.repeat(43)}`).api.getMe()).rejects.toMatchObject({
    status: 401,
    code: 'unauthorized',
  });
});

test('ids with a meaning in paths stay ids', async () => {
  const { api, exchanges } = listening();
  await expect(api.getSession('a/../../keys?x=1')).rejects.toMatchObject({ code: 'session_not_found' });
  expect(new URL(exchanges[0]!.request.url).pathname).toBe('/v1/sessions/a%2F..%2F..%2Fkeys%3Fx%3D1');
  for (const id of ['..', '.', '']) await expect(api.getSession(id)).rejects.toThrow('an id is empty, or dots alone');
});
