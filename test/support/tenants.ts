import { createHash, randomUUID } from 'node:crypto';
import type { Next } from '../../src/client.js';
import type { ProjectModel } from '../../src/domain/project.js';
import type { Scope } from '../../src/domain/scope.js';
import { createPool } from '../../src/store/pool.js';
import { createProjectStore } from '../../src/store/project-store.js';
import type { HttpRig } from './http-rig.js';
import { commandOf, eventually } from './manual-client.js';
import { testStack } from './rig.js';

/** Ids of what a tenant has, by the names that paths, queries and bodies have for them. */
export type Ids = Readonly<Record<string, string>>;

/** A project with a session in every state that differs for a caller, and a canary in every text it gave. */
export interface Tenant {
  readonly scope: Scope;
  readonly token: string;
  readonly key: string;
  /** What was marked; `<token>-<field>` each. */
  readonly fields: ReadonlySet<string>;
  /** Of a session that waits for a client, one that waits for a decision, and one that was cancelled. */
  readonly ids: { readonly open: Ids; readonly deciding: Ids; readonly closed: Ids };
}

/** Equal in all tenants: nothing may be found by these alone. */
const EQUAL = { 'idempotency-key': 'order-1', owner: 'worker-1', upload: 'log' };
const START = { sessionType: 'componentCoding', context: 'Billing', component: 'Money' };

/** Every id of the tenant that no other may see. */
export function idsOf({ ids, scope }: Tenant, other: Scope): readonly string[] {
  const own = Object.values(ids).flatMap((one) => Object.values(one));
  const shared = new Set<string>(Object.values(other));
  return [...new Set([...own, ...Object.values<string>({ ...scope })])].filter((id) => !shared.has(id));
}

/** The canaries of a tenant in a text: as they are, and as base64 has them at whatever place. */
export function canariesIn(text: string, { token }: Pick<Tenant, 'token'>): readonly string[] {
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.from(`${'x'.repeat(shift)}${token}xxx`)
      .toString('base64')
      .slice(4, 20),
  );
  return [token, ...encoded].flatMap((needle) => {
    const at = text.indexOf(needle);
    return at < 0 ? [] : [text.slice(Math.max(0, at - 40), at + 60)];
  });
}

export async function makeTenant(rig: HttpRig, scope: Scope, token: string): Promise<Tenant> {
  const fields = new Set<string>();
  const c = (field: string): string => (fields.add(field), `${token}-${field}`);
  const pool = createPool(testStack().database.rwUrl);
  const projects = createProjectStore(pool);
  await projects.ensureScope(scope, { account: c('account'), project: c('project'), user: c('user') });
  const applied = await projects.applyModel(scope, marked(rig.example.model, c)).finally(() => pool.end());
  if (!applied.ok) throw new Error(applied.refusal.message);
  const { key, keyId } = await rig.keyOf('admin', scope);
  const tenant = new Seeding(rig, key, c);
  const body = { name: c('key-name'), role: 'admin', expiresAt: '2099-01-01T00:00:00Z' };
  await tenant.ask('POST', '/v1/keys', { body });
  await tenant.ask('PUT', `/v1/members/${scope.userId}`, { body: { name: c('member-name'), role: 'admin' } });
  const userId = randomUUID();
  await tenant.ask('PUT', `/v1/members/${userId}`, { body: { name: c('colleague'), role: 'viewer' } });
  const [webhook, open, deciding, closed] = await Promise.all([
    tenant.webhook(),
    tenant.open(),
    tenant.deciding(),
    tenant.closed(),
  ]);
  const own = { keyId, userId, ...webhook };
  return {
    ...{ scope, token, key, fields },
    ids: {
      open: { ...own, ...open },
      deciding: { ...own, ...open, ...deciding },
      closed: { ...own, ...open, ...closed },
    },
  };
}

function marked(model: ProjectModel, c: (field: string) => string): ProjectModel {
  const context = { name: c('context'), description: c('context-text'), dependsOn: [] };
  const component = { name: c('component'), context: 'Billing', type: c('type'), priority: 1, dependsOn: ['Money'] };
  const story = { context: 'Billing', title: c('story-title'), text: c('story'), acceptanceCriteria: [c('criterion')] };
  return {
    project: {
      ...model.project,
      name: c('project-name'),
      description: c('project-text'),
      remote: `https://git.invalid/${c('remote')}.git`,
      defaultBranch: c('default-branch'),
    },
    contexts: [...model.contexts.map((one) => ({ ...one, description: c('billing') })), context],
    components: [
      ...model.components.map((one) => ({ ...one, description: c('description') })),
      { ...component, description: c('component-text') },
    ],
    stories: [...model.stories, story],
    rules: [...model.rules, { name: c('rule-name'), componentType: '*', sessionType: '*', text: c('rule') }],
  };
}

/** Works as the tenant does, over HTTP, and marks all it says. */
class Seeding {
  constructor(
    private readonly rig: HttpRig,
    private readonly key: string,
    private readonly c: (field: string) => string,
  ) {}

  async ask(method: string, path: string, sent: { body?: unknown; headers?: Record<string, string> } = {}) {
    const answer = await this.rig.call(method, path, { key: this.key, ...sent });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer.body;
  }

  async open(): Promise<Ids> {
    const sessionId = await this.start(EQUAL['idempotency-key'], { executorQueue: this.c('queue') });
    const path = `/v1/sessions/${sessionId}`;
    const first = await this.command(sessionId);
    const outputId = await this.upload(path, first, true);
    const held = { commandId: first, owner: EQUAL.owner, ttlMs: 600_000 };
    const { number: lease } = await this.ask('POST', `${path}/lease`, { body: held });
    await this.ask('POST', `${path}/results`, { body: { commandId: first, result: this.failing('open'), lease } });
    // Refused, and kept.
    const second = { status: 'ok', data: { note: this.c('conflict') } };
    await this.rig.call('POST', `${path}/results`, { key: this.key, body: { commandId: first, result: second } });
    const commandId = await this.command(sessionId, first);
    const owner = this.c('owner');
    await this.ask('POST', `${path}/lease`, { body: { commandId, owner, ttlMs: 600_000 } });
    return { sessionId, commandId, outputId, uploadId: await this.upload(path, commandId, false) };
  }

  async deciding(): Promise<Ids> {
    const sessionId = await this.start(this.c('idempotency-key'), { bounds: { initialize: 1 } });
    const path = `/v1/sessions/${sessionId}`;
    for (const turn of ['first', 'second']) {
      const commandId = await this.command(sessionId);
      await this.ask('POST', `${path}/results`, { body: { commandId, result: this.failing(turn) } });
      await this.until(sessionId, 'waitingOn', 'decision');
      if (turn === 'second') return { sessionId, commandId };
      await this.ask('POST', `${path}/decision`, { body: { action: 'retry', reason: this.c('decision') } });
    }
    throw new Error('unreachable');
  }

  async closed(): Promise<Ids> {
    const sessionId = await this.start('order-2', { baseBranch: this.c('base-branch') });
    const path = `/v1/sessions/${sessionId}`;
    const commandId = await this.command(sessionId);
    await this.ask('POST', `${path}/cancel`, { body: { reason: this.c('cancel') } });
    await this.until(sessionId, 'status', 'cancelled');
    const late = { status: 'ok', data: { note: this.c('late') } };
    await this.rig.call('POST', `${path}/results`, { key: this.key, body: { commandId, result: late } });
    return { sessionId, commandId };
  }

  /** With a delivery that nobody received, and that is tried no more. */
  async webhook(): Promise<Ids> {
    const url = `https://hooks.invalid/${this.c('webhook-url')}`;
    const body = { url, types: ['session_reopened'], description: this.c('webhook-text') };
    const { webhookId } = (await this.ask('POST', '/v1/webhooks', { body })) as { webhookId: string };
    const { deliveryId } = (await this.ask('POST', `/v1/webhooks/${webhookId}/ping`)) as { deliveryId: string };
    const look = () => this.ask('GET', `/v1/webhooks/${webhookId}/deliveries/${deliveryId}`);
    await eventually(async () => (await look())['status'] === 'given_up', 'no more tries');
    return { webhookId, deliveryId };
  }

  private async start(idempotencyKey: string, more: object): Promise<string> {
    const headers = { 'idempotency-key': idempotencyKey };
    const { sessionId } = await this.ask('POST', '/v1/sessions', { body: { ...START, ...more }, headers });
    return sessionId as string;
  }

  /** The open command, once it is another one. */
  private command(sessionId: string, before = ''): Promise<string> {
    return eventually(async () => {
      const { next } = await this.ask('GET', `/v1/sessions/${sessionId}/command`);
      const { id } = commandOf(next as Next);
      return id !== before && id;
    }, 'a command');
  }

  private async until(sessionId: string, field: string, value: string): Promise<void> {
    const look = () => this.ask('GET', `/v1/sessions/${sessionId}`);
    await eventually(async () => (await look())[field] === value, `${field} ${value}`);
  }

  private async upload(path: string, commandId: string, isWhole: boolean): Promise<string> {
    const bytes = Buffer.from(this.c('upload-content'));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const name = isWhole ? EQUAL.upload : this.c('upload-name');
    const body = { commandId, name, sha256, bytes: bytes.length };
    const { outputId } = (await this.ask('POST', `${path}/uploads`, { body })) as { outputId: string };
    const headers = { 'content-type': 'application/octet-stream', 'upload-offset': '0' };
    await this.ask('PATCH', `/v1/uploads/${outputId}`, {
      body: bytes.subarray(0, isWhole ? bytes.length : 5),
      headers,
    });
    if (isWhole) await this.ask('POST', `/v1/uploads/${outputId}/finish`);
    return outputId;
  }

  /** A result with text wherever a result can have it. */
  private failing(turn: string): object {
    const c = (field: string): string => this.c(`${turn}-${field}`);
    const texts = {
      message: c('message'),
      detail: c('detail'),
      file: c('file'),
      rule: c('rule'),
      ids: [c('failed-id')],
    };
    return {
      status: 'error',
      failure: { kind: 'command_failed', ...texts },
      data: { [c('data-key')]: c('data') },
      evidence: {
        files: [{ path: c('path'), sha256: 'a'.repeat(64), bytes: 1 }],
        git: { branch: c('branch'), commit: c('commit') },
      },
      outputs: [{ name: c('output-name'), text: c('output') }],
      agent: { conversationId: c('conversation') },
    };
  }
}
