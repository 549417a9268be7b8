import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { StepFacts } from '../../src/domain/facts.js';
import { type Database, startDatabase } from './database.js';
import { agentDraft, builds, following, newScope, opening, passes, report, startOf } from './sessions.js';

let db: Database;
beforeAll(async () => {
  db = await startDatabase();
});
afterAll(() => db.stop());

test('tokens and cost are summed over the tree, what nobody told is counted apart from zero', async () => {
  const scope = await newScope(db);
  const root = opening(scope);
  const agent = builds(agentDraft());
  await db.progress.openInteraction(root, agent);
  await db.progress.completeInteraction(
    report(root, { status: 'ok', agent: { inputTokens: 10, outputTokens: 0, costUsd: 0.25 } }),
    passes,
  );
  expect((await db.reader.get(scope, root.sessionId))!.usage).toMatchObject({
    commands: 1,
    outputTokens: 0,
    withoutTokens: 0,
    withoutCost: 0,
  });
  const child = opening(scope, {
    start: startOf(scope, { parent: { sessionId: root.sessionId, branch: 'sw/x', attempt: 1 } }),
  });
  await db.progress.openInteraction(child, agent);
  expect((await db.reader.get(scope, child.sessionId))!.usage).toEqual({
    commands: 0,
    inputTokens: null,
    outputTokens: null,
    costUsd: null,
    withoutTokens: 0,
    withoutCost: 0,
  });
  await db.progress.completeInteraction(
    report(child, { status: 'ok', agent: { inputTokens: 5, outputTokens: 3 } }),
    passes,
  );
  expect((await db.reader.get(scope, root.sessionId))!.usage).toEqual({
    commands: 2,
    inputTokens: 15,
    outputTokens: 3,
    costUsd: 0.25,
    withoutTokens: 0,
    withoutCost: 1,
  });
});

test('a fix goes on with the conversation that the agent last told', async () => {
  const scope = await newScope(db);
  const first = opening(scope);
  await db.progress.openInteraction(first, builds(agentDraft()));
  await db.progress.completeInteraction(report(first, { status: 'ok', agent: { conversationId: 'c-1' } }), passes);
  const seen: StepFacts[] = [];
  await db.progress.openInteraction(following(first, 'FixImplementation'), (facts) => {
    seen.push(facts);
    return { ok: true, command: agentDraft() };
  });
  expect(seen[0]!.conversationId).toBe('c-1');
});
