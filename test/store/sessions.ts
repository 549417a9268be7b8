import { randomUUID } from 'node:crypto';
import type { CommandDraft } from '../../src/domain/command.js';
import type { ProjectModel } from '../../src/domain/project.js';
import type { Result } from '../../src/domain/result.js';
import type { Scope } from '../../src/domain/scope.js';
import type { Verdict } from '../../src/domain/session.js';
import type { GenerateInput, ValidateInput } from '../../src/ports/progress-store.js';
import type { SessionEvent } from '../../src/ports/session-reader.js';
import type { Database } from './database.js';

export const MODEL: ProjectModel = {
  project: {
    name: 'Shop',
    description: 'A shop.',
    toolchain: 'node',
    remote: '/srv/shop.git',
    defaultBranch: 'main',
    forge: null,
    bounds: {},
  },
  contexts: [{ name: 'Billing', description: 'Money.', dependsOn: [] }],
  components: ['Invoice', 'Tax'].map((name) => ({
    name: `Billing.${name}`,
    context: 'Billing',
    type: 'module',
    description: `${name} it is.`,
    priority: name === 'Tax' ? 5 : 0,
    dependsOn: name === 'Invoice' ? ['Billing.Tax'] : [],
  })),
  stories: [{ title: 'Pay', context: 'Billing', text: 'As a customer …', acceptanceCriteria: ['It is paid.'] }],
  rules: [{ name: 'plain', componentType: '*', sessionType: '*', text: 'Keep it plain.' }],
};

/** A new account with the model applied: what one test shares with no other. */
export async function newScope(db: Database, model: ProjectModel | null = MODEL): Promise<Scope> {
  const scope = { accountId: randomUUID(), projectId: randomUUID(), userId: randomUUID() };
  await db.projects.ensureScope(scope, { account: 'Acme', project: 'Shop', user: 'Ada' });
  if (model) await db.projects.applyModel(scope, model);
  return scope;
}

export function startOf(
  scope: Scope,
  change: Partial<NonNullable<GenerateInput['start']>> = {},
): GenerateInput['start'] {
  return { scope, sessionType: 'componentCoding', context: 'Billing', component: 'Billing.Invoice', ...change };
}

/** The first interaction of a new manual session. */
export function opening(scope: Scope, change: Partial<GenerateInput> = {}): GenerateInput {
  return {
    scope,
    sessionId: randomUUID(),
    seq: 1,
    commandId: randomUUID(),
    step: 'Initialize',
    mode: 'manual',
    start: startOf(scope),
    ...change,
  };
}

/** The interaction after `last` in the same session. */
export function following(last: GenerateInput, step: string, change: Partial<GenerateInput> = {}): GenerateInput {
  return { ...last, seq: last.seq + 1, commandId: randomUUID(), step, start: null, ...change };
}

export function report(opened: GenerateInput, result: Result = { status: 'ok' }): ValidateInput {
  const { scope, sessionId, seq, commandId, step } = opened;
  return { scope, sessionId, seq, commandId, step, result, digest: 'd1', source: 'claimed' };
}

const WORKSPACE = { remote: '/srv/shop.git', branch: 'sw/x/y-1', baseBranch: 'main', push: true };

export function draft(title = 'Do it'): CommandDraft {
  return {
    kind: 'run_tests',
    title,
    script: [],
    cwd: '.',
    timeoutMs: 1000,
    expects: { files: [], testReports: [] },
    promptVersion: null,
    metadata: WORKSPACE,
  };
}

export function agentDraft(): CommandDraft {
  const metadata = { ...WORKSPACE, context: 'Billing', component: 'Billing.Invoice', turn: 1, prompt: 'Write it.' };
  return { ...draft('Write it'), kind: 'agent', metadata };
}

export const builds =
  (command: CommandDraft = draft()) =>
  () => ({ ok: true as const, command });
export const passes = () => ({ status: 'ok' as const, patch: {} });

/** Opens and completes one interaction. */
export async function turn(db: Database, input: GenerateInput, judge: () => Verdict = passes): Promise<void> {
  await db.progress.openInteraction(input, builds());
  await db.progress.completeInteraction(report(input), judge);
}

export const eventsOf = (db: Database, input: GenerateInput): Promise<readonly SessionEvent[]> =>
  db.reader.events(input.scope, input.sessionId, 0, 1000);

/** A session with a completed interaction and an output, and scopes that must not see it. */
export async function withForeigners(db: Database) {
  const scope = await newScope(db);
  const input = opening(scope);
  await db.progress.openInteraction(input, builds());
  await db.progress.completeInteraction(
    report(input, { status: 'ok', outputs: [{ name: 'log', text: 'secret' }] }),
    passes,
  );
  const [output] = (await db.reader.get(scope, input.sessionId))!.interactions[0]!.result!.outputs!;
  const outputId = output && 'ref' in output ? output.ref.id : '';
  const sibling = { ...scope, projectId: randomUUID() };
  await db.projects.ensureScope(sibling, { account: 'Acme', project: 'Other', user: 'Ada' });
  await db.projects.applyModel(sibling, MODEL);
  const nobody = { accountId: randomUUID(), projectId: randomUUID(), userId: randomUUID() };
  const foreigners = [await newScope(db), sibling, nobody, { ...scope, accountId: 'x' }];
  return { scope, input, outputId, foreigners };
}
