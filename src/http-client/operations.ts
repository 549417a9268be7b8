import type { Call, CallOptions } from './call.js';
import { newId, path } from './transport.js';
import type * as t from './types.js';

export interface StartOptions extends CallOptions {
  /** In place of a new one per call: the same start with the same key is the same session, also from another process. */
  readonly idempotencyKey?: string;
}

/** One method per operation of `/v1/openapi.json`, by its operationId: ids first, then what is sent, then the query. */
export interface Operations {
  /** Whom the key stands for. */
  getMe(options?: CallOptions): Promise<t.Me>;
  listKeys(options?: CallOptions): Promise<t.KeyList>;
  /** The answer is the only place that shows the key. Sent once. */
  createKey(key: t.KeyRequest, options?: CallOptions): Promise<t.CreatedKey>;
  /** A new secret for the same key; the old one ends at once. Sent once. */
  rotateKey(keyId: string, options?: CallOptions): Promise<t.CreatedKey>;
  revokeKey(keyId: string, options?: CallOptions): Promise<void>;
  listMembers(options?: CallOptions): Promise<t.MemberList>;
  getMember(userId: string, options?: CallOptions): Promise<t.Member>;
  putMember(userId: string, member: t.MemberRequest, options?: CallOptions): Promise<t.Member>;
  /** Ends the member's keys too. Sent once. */
  removeMember(userId: string, options?: CallOptions): Promise<void>;

  /** The whole model, as `specwright.yaml` would say it. */
  getProject(options?: CallOptions): Promise<t.Project>;
  /** Writes what `specwright.yaml` says into the model, and tells what changed. */
  applyProject(content: t.ProjectContent, query?: t.ApplyQuery, options?: CallOptions): Promise<t.Applied>;
  listContexts(options?: CallOptions): Promise<t.ContextList>;
  listComponents(query?: t.PartsQuery, options?: CallOptions): Promise<t.ComponentList>;
  listStories(query?: t.PartsQuery, options?: CallOptions): Promise<t.StoryList>;
  listRules(options?: CallOptions): Promise<t.RuleList>;

  /** Starts a session, once however often it has to be sent. */
  startSession(start: t.StartRequest, options?: StartOptions): Promise<t.Started>;
  /** Newest first. */
  listSessions(query?: t.ListQuery, options?: CallOptions): Promise<t.SessionPage>;
  getSession(sessionId: string, options?: CallOptions): Promise<t.SessionDetail>;
  /** The session, its children and theirs, parents first. */
  getSessionTree(sessionId: string, options?: CallOptions): Promise<t.SessionTree>;
  /** Every command of the session with what came back. */
  listInteractions(sessionId: string, options?: CallOptions): Promise<t.InteractionList>;
  /** Results that were refused and kept: second ones and late ones. */
  listRejected(sessionId: string, options?: CallOptions): Promise<t.RejectedList>;
  /** A page of events; `events` gives them as they happen. */
  listEvents(sessionId: string, query?: t.EventsQuery, options?: CallOptions): Promise<t.EventList>;

  /** The open command, or what is waited for. With `after` and `waitMs` it waits for a change; it advances nothing. */
  nextCommand(sessionId: string, query?: t.CommandQuery, options?: CallOptions): Promise<t.Waited>;
  /** Takes the open command, so that nobody else works on it; again by the same owner: renews it. */
  takeCommand(sessionId: string, take: t.TakeRequest, options?: CallOptions): Promise<t.Lease>;
  renewLease(sessionId: string, renew: t.RenewRequest, options?: CallOptions): Promise<t.Lease>;
  releaseCommand(sessionId: string, query: t.ReleaseQuery, options?: CallOptions): Promise<void>;
  /** Reports and answers the verdict; `{durable: true}` when it is sure to be judged and nobody waited for that. */
  submitResult(
    sessionId: string,
    report: t.Report,
    query?: t.ResultsQuery,
    options?: CallOptions,
  ): Promise<t.ReportAnswer | t.Durable>;
  /** Sent once: sent again it might decide about what came of it. */
  decide(sessionId: string, decision: t.DecisionRequest, options?: CallOptions): Promise<t.Decided>;
  setExecutionMode(sessionId: string, mode: t.Mode, options?: CallOptions): Promise<t.Mode>;
  /** Sent once. */
  cancelSession(sessionId: string, cancel: t.CancelRequest, options?: CallOptions): Promise<t.CancelRequested>;

  /** Of `uploadOutput`, which does all of it: the same announcement again is the same upload. */
  announceUpload(sessionId: string, upload: t.UploadRequest, options?: CallOptions): Promise<t.Upload>;
  getUpload(uploadId: string, options?: CallOptions): Promise<t.Upload>;
  /** The piece that begins at `offset`, at most 256 KiB. */
  appendToUpload(uploadId: string, piece: Uint8Array, offset: number, options?: CallOptions): Promise<t.Upload>;
  finishUpload(uploadId: string, options?: CallOptions): Promise<t.OutputRef>;
  /** The bytes of an output, exactly. */
  getOutput(outputId: string, options?: CallOptions): Promise<Uint8Array>;

  listWebhooks(options?: CallOptions): Promise<t.WebhookList>;
  getWebhook(webhookId: string, options?: CallOptions): Promise<t.Webhook>;
  /** The answer is the only place that shows the secret. Sent once. */
  createWebhook(webhook: t.WebhookRequest, options?: CallOptions): Promise<t.CreatedWebhook>;
  /** Changes what is given; enabling one that failed begins anew. */
  updateWebhook(webhookId: string, change: t.WebhookChange, options?: CallOptions): Promise<t.Webhook>;
  /** With what is still to be sent to it. Sent once. */
  deleteWebhook(webhookId: string, options?: CallOptions): Promise<void>;
  /** A new secret; for 24 hours messages are signed with the one before, too. Sent once. */
  rotateWebhookSecret(webhookId: string, options?: CallOptions): Promise<t.CreatedWebhook>;
  /** Sends a message of the type `ping`; the delivery tells what came of it. Sent once. */
  pingWebhook(webhookId: string, options?: CallOptions): Promise<t.DeliveryDetail>;
  /** Newest first. */
  listDeliveries(webhookId: string, query?: t.DeliveriesQuery, options?: CallOptions): Promise<t.DeliveryPage>;
  /** One delivery with every try of it. */
  getDelivery(webhookId: string, deliveryId: string, options?: CallOptions): Promise<t.DeliveryDetail>;
  /** The same message with the same id again, with all its tries. Sent once. */
  replayDelivery(webhookId: string, deliveryId: string, options?: CallOptions): Promise<t.DeliveryDetail>;

  /** What of the stack answers, in which version, and what is missing. */
  listChecks(options?: CallOptions): Promise<t.CheckList>;
  /** Looks at active sessions, a page of them at a time; names those that do not go on by themselves. */
  listStuck(query?: t.StuckQuery, options?: CallOptions): Promise<t.StuckPage>;

  isAlive(options?: CallOptions): Promise<{ readonly status: 'ok' }>;
  isReady(options?: CallOptions): Promise<{ readonly status: 'ready' }>;
  getOpenApi(options?: CallOptions): Promise<{ readonly openapi: string }>;
  /** HTML. */
  getDocs(options?: CallOptions): Promise<string>;
}

/** Each a request as data. A new operation is a line here and one in {@link Operations}; a test names a missing one. */
export function operations(call: Call): Operations {
  return {
    ...accessOperations(call),
    ...projectOperations(call),
    ...sessionOperations(call),
    ...webhookOperations(call),
    ...otherOperations(call),
  };
}

const again = { isRepeatable: true } as const;

function accessOperations(call: Call) {
  return {
    getMe: (options) => call({ path: path`/v1/me` }, options),
    listKeys: (options) => call({ path: path`/v1/keys` }, options),
    createKey: (body, options) => call({ method: 'POST', path: path`/v1/keys`, body }, options),
    rotateKey: (id, options) => call({ method: 'POST', path: path`/v1/keys/${id}/rotate` }, options),
    revokeKey: (id, options) => call({ method: 'DELETE', path: path`/v1/keys/${id}`, ...again }, options),
    listMembers: (options) => call({ path: path`/v1/members` }, options),
    getMember: (id, options) => call({ path: path`/v1/members/${id}` }, options),
    putMember: (id, body, options) => call({ method: 'PUT', path: path`/v1/members/${id}`, body, ...again }, options),
    removeMember: (id, options) => call({ method: 'DELETE', path: path`/v1/members/${id}` }, options),
  } satisfies Partial<Operations>;
}

function projectOperations(call: Call) {
  return {
    getProject: (options) => call({ path: path`/v1/project` }, options),
    applyProject: (body, query, options) =>
      call({ method: 'PUT', path: path`/v1/project`, query, body, ...again }, options),
    listContexts: (options) => call({ path: path`/v1/contexts` }, options),
    listComponents: (query, options) => call({ path: path`/v1/components`, query }, options),
    listStories: (query, options) => call({ path: path`/v1/stories`, query }, options),
    listRules: (options) => call({ path: path`/v1/rules` }, options),
  } satisfies Partial<Operations>;
}

function sessionOperations(call: Call) {
  const of = (id: string, rest = '') => `${path`/v1/sessions/${id}`}${rest}`;
  return {
    startSession: (body, { idempotencyKey = newId(), ...options } = {}) => {
      const headers = { 'idempotency-key': idempotencyKey };
      return call({ method: 'POST', path: path`/v1/sessions`, headers, body, ...again }, options);
    },
    listSessions: (query, options) => call({ path: path`/v1/sessions`, query }, options),
    getSession: (id, options) => call({ path: of(id) }, options),
    getSessionTree: (id, options) => call({ path: of(id, '/tree') }, options),
    listInteractions: (id, options) => call({ path: of(id, '/interactions') }, options),
    listRejected: (id, options) => call({ path: of(id, '/rejected') }, options),
    listEvents: (id, query, options) => call({ path: of(id, '/events'), query }, options),
    nextCommand: (id, query, options) => call({ path: of(id, '/command'), query }, options),
    takeCommand: (id, body, options) => call({ method: 'POST', path: of(id, '/lease'), body, ...again }, options),
    renewLease: (id, body, options) => call({ method: 'PUT', path: of(id, '/lease'), body, ...again }, options),
    releaseCommand: (id, query, options) =>
      call({ method: 'DELETE', path: of(id, '/lease'), query, ...again }, options),
    submitResult: (id, body, query, options) =>
      call({ method: 'POST', path: of(id, '/results'), query, body, ...again }, options),
    decide: (id, body, options) => call({ method: 'POST', path: of(id, '/decision'), body }, options),
    setExecutionMode: (id, body, options) => call({ method: 'PUT', path: of(id, '/mode'), body, ...again }, options),
    cancelSession: (id, body, options) => call({ method: 'POST', path: of(id, '/cancel'), body }, options),
    announceUpload: (id, body, options) => call({ method: 'POST', path: of(id, '/uploads'), body, ...again }, options),
  } satisfies Partial<Operations>;
}

function webhookOperations(call: Call) {
  const of = (id: string, rest = '') => `${path`/v1/webhooks/${id}`}${rest}`;
  const delivery = (id: string, deliveryId: string, rest = '') => of(id, `${path`/deliveries/${deliveryId}`}${rest}`);
  return {
    listWebhooks: (options) => call({ path: path`/v1/webhooks` }, options),
    getWebhook: (id, options) => call({ path: of(id) }, options),
    createWebhook: (body, options) => call({ method: 'POST', path: path`/v1/webhooks`, body }, options),
    updateWebhook: (id, body, options) => call({ method: 'PATCH', path: of(id), body, ...again }, options),
    deleteWebhook: (id, options) => call({ method: 'DELETE', path: of(id) }, options),
    rotateWebhookSecret: (id, options) => call({ method: 'POST', path: of(id, '/rotate') }, options),
    pingWebhook: (id, options) => call({ method: 'POST', path: of(id, '/ping') }, options),
    listDeliveries: (id, query, options) => call({ path: of(id, '/deliveries'), query }, options),
    getDelivery: (id, deliveryId, options) => call({ path: delivery(id, deliveryId) }, options),
    replayDelivery: (id, deliveryId, options) =>
      call({ method: 'POST', path: delivery(id, deliveryId, '/replay') }, options),
  } satisfies Partial<Operations>;
}

function otherOperations(call: Call) {
  return {
    getUpload: (id, options) => call({ path: path`/v1/uploads/${id}` }, options),
    appendToUpload: (id, body, offset, options) => {
      const headers = { 'upload-offset': String(offset) };
      return call({ method: 'PATCH', path: path`/v1/uploads/${id}`, headers, body, ...again }, options);
    },
    finishUpload: (id, options) => call({ method: 'POST', path: path`/v1/uploads/${id}/finish`, ...again }, options),
    getOutput: (id, options) => call({ path: path`/v1/outputs/${id}`, as: 'bytes' }, options),
    listChecks: (options) => call({ path: path`/v1/checks` }, options),
    listStuck: (query, options) => call({ path: path`/v1/stuck`, query }, options),
    isAlive: (options) => call({ path: path`/healthz` }, options),
    isReady: (options) => call({ path: path`/readyz` }, options),
    getOpenApi: (options) => call({ path: path`/v1/openapi.json` }, options),
    getDocs: (options) => call({ path: path`/v1/docs`, as: 'text' }, options),
  } satisfies Partial<Operations>;
}
