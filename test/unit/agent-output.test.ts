import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeAgent, NOTHING_SAID, type AgentSaid } from '../../src/runner/agents/agent-said.js';
import { claudeCode } from '../../src/runner/agents/claude-code.js';
import { codex } from '../../src/runner/agents/codex.js';
import { createJsonLines, type JsonRecord } from '../../src/runner/agents/json-lines.js';
import type { AgentProgram, ProgramAgentConfig } from '../../src/runner/agents/program-agent.js';
import { resetTimeIn, untilFrom } from '../../src/runner/agents/reset-time.js';

const clock = { now: new Date('2026-11-21T17:26:30Z'), zone: 'UTC' };
const read = (kind: AgentProgram, events: readonly unknown[], isResumed = false): AgentSaid =>
  events.reduce<AgentSaid>((said, event) => kind.read(said, event as JsonRecord, isResumed), NOTHING_SAID);
const at = (text: string, zone = 'UTC'): string | undefined =>
  untilFrom(resetTimeIn(text, { ...clock, zone }), { ...clock, zone });

const anyEvent = fc.oneof(
  fc.record(
    {
      type: fc.constantFrom('system', 'assistant', 'rate_limit_event', 'result', 'turn.completed', 'item.completed'),
      subtype: fc.constantFrom('init', 'success', 'error_max_turns'),
      is_error: fc.jsonValue(),
      result: fc.jsonValue(),
      errors: fc.jsonValue(),
      error: fc.jsonValue(),
      usage: fc.jsonValue(),
      modelUsage: fc.jsonValue(),
      item: fc.jsonValue(),
      message: fc.jsonValue(),
      session_id: fc.jsonValue(),
      rate_limit_info: fc.record({ status: fc.constant('rejected'), resetsAt: fc.jsonValue() }),
    },
    { requiredKeys: [] },
  ),
  fc.dictionary(fc.string(), fc.jsonValue()),
);

test.each([claudeCode, codex])('$name: no event, known or not, makes reading or judging fail', (kind) => {
  const outcome = { ran: true, exitCode: 1, tail: '' } as const;
  fc.assert(
    fc.property(fc.array(anyEvent), fc.string(), fc.boolean(), (events, stderr, isResumed) => {
      const said = read(kind, events, isResumed);
      const hindrance = said.hindrance ?? kind.hindranceIn(stderr);
      const judged = judgeAgent({ name: kind.name, said, outcome, hindrance, stderr, signInFix: 'x' }, clock);
      expect(judged.ok).toBe(false);
      for (const told of [said.run.inputTokens, said.run.outputTokens, said.run.costUsd])
        expect(told === undefined || told >= 0).toBe(true);
    }),
  );
});

test('lines: any bytes in any pieces, and a line too long is dropped without the next', () => {
  const records = (chunks: readonly Uint8Array[], max?: number): JsonRecord[] => {
    const found: JsonRecord[] = [];
    const lines = createJsonLines((record) => found.push(record), max);
    for (const chunk of chunks) lines.push(chunk);
    lines.end();
    return found;
  };
  fc.assert(fc.property(fc.array(fc.uint8Array()), (chunks) => Array.isArray(records(chunks))));
  const whole = Buffer.from('{"ä":1}\nnoise\n\n[1]\n"x"\r\n{"b":2}\r\n{"c":');
  fc.assert(
    fc.property(fc.nat(whole.length), (cut) => {
      expect(records([whole.subarray(0, cut), whole.subarray(cut)])).toEqual([{ ä: 1 }, { b: 2 }]);
    }),
  );
  expect(records([Buffer.from(`{"a":"${'x'.repeat(50)}"}\n{"b":2}`)], 20)).toEqual([{ b: 2 }]);
});

test('the times agents tell, in their words', () => {
  expect(at('Claude AI usage limit reached|1795289108')).toBe('2026-11-21T19:25:08.000Z');
  expect(at("You've hit your 5-hour limit · resets 7:25pm (UTC)")).toBe('2026-11-21T19:26:00.000Z');
  expect(at("You've hit your limit · resets 2pm (Asia/Shanghai)")).toBe('2026-11-22T06:01:00.000Z');
  expect(at('Your limit will reset at 3pm (America/Bogota).')).toBe('2026-11-21T20:01:00.000Z');
  expect(at("You've hit your limit · resets Dec 1, 11am (Asia/Seoul)")).toBe('2026-12-01T02:01:00.000Z');
  expect(at('or try again at 7:26 PM.')).toBe('2026-11-21T19:27:00.000Z');
  expect(at('Try again at Nov 24th, 2026 12:59 AM.', 'Europe/Berlin')).toBe('2026-11-24T00:00:00.000Z');
  expect(at('try again in 2 days 17 hours 14 minutes.')).toBe('2026-11-24T10:40:30.000Z');
  expect(at('Please try again in 1.898s.')).toBe('2026-11-21T17:26:31.898Z');
  expect(at('resets Jan 2, 9am')).toBe('2027-01-02T09:01:00.000Z');
});

test('a minute that has begun is not tomorrow, and what is no time is none', () => {
  expect(at('try again at 5:26 PM')).toBe('2026-11-21T17:27:00.000Z');
  expect(at('try again at 5:20 PM')).toBe('2026-11-21T17:21:00.000Z');
  expect(at('try again at 5:10 PM')).toBe('2026-11-22T17:11:00.000Z');
  for (const none of [
    'try again later',
    'resets 25pm',
    'resets 2pm (No/Where)',
    'limit|1700000000',
    'limit|9999999999999',
  ])
    expect(at(none)).toBeUndefined();
  fc.assert(fc.property(fc.string(), fc.string(), (text, zone) => at(`resets ${text}`, zone) !== null));
  fc.assert(fc.property(fc.double(), (value) => typeof untilFrom(value, clock) !== 'number'));
});

const MODEL = { inputTokens: 1000, cacheReadInputTokens: 30, cacheCreationInputTokens: 200, outputTokens: 50 };
const USAGE = { input_tokens: 900, cache_read_input_tokens: 30, cache_creation_input_tokens: 200, output_tokens: 40 };
const ended = {
  type: 'result',
  subtype: 'success',
  is_error: false,
  result: 'Done.',
  total_cost_usd: 0.5,
  usage: USAGE,
};

test('claude-code: what a run used is told of this run alone, or not at all', () => {
  const model = { ...MODEL, costUSD: 0.25 };
  const used = (event: object, isResumed: boolean): object => read(claudeCode, [{ ...ended, ...event }], isResumed).run;
  const exact = { inputTokens: 1230, outputTokens: 50, costUsd: 0.5 };
  const two = { model_usage_since_last_result: { opus: model, haiku: { outputTokens: 0, costUSD: 0.25 } } };
  expect([used(two, false), used(two, true)]).toEqual([exact, exact]);
  expect(used({ modelUsage: { opus: model } }, false)).toEqual({ ...exact, costUsd: 0.25 });
  const loop = { inputTokens: 1130, outputTokens: 40 };
  expect(used({}, false)).toEqual({ ...loop, costUsd: 0.5 });
  expect(used({ modelUsage: { opus: model } }, true)).toEqual(loop);
  expect(used({ usage: { input_tokens: 0, output_tokens: 0 }, total_cost_usd: 0 }, false)).toEqual({});
});

test('codex: the total of a resumed thread is not this run’s, and zeros are nothing told', () => {
  const completed = {
    type: 'turn.completed',
    usage: { input_tokens: 1000, cached_input_tokens: 200, output_tokens: 50 },
  };
  expect(read(codex, [completed]).run).toEqual({ inputTokens: 1000, outputTokens: 50 });
  expect(read(codex, [completed], true).run).toEqual({});
  expect(read(codex, [{ type: 'turn.completed', usage: { input_tokens: 0, output_tokens: 0 } }]).run).toEqual({});
});

test('a limit told in passing is none: warnings, overage, a subagent’s, what the agent itself writes', () => {
  const limit = (status: string, more = {}): object => ({
    type: 'rate_limit_event',
    rate_limit_info: { status, resetsAt: 1795289108, ...more },
  });
  const maxTurns = { type: 'result', subtype: 'error_max_turns', is_error: true, errors: [] };
  const text = { type: 'assistant', message: { content: [{ type: 'text', text: 'usage limit reached' }] } };
  const hindrance = (...events: object[]): unknown => read(claudeCode, [...events, maxTurns]).hindrance;
  expect(hindrance(limit('allowed_warning'))).toBeNull();
  expect(hindrance(limit('rejected', { isUsingOverage: true }))).toBeNull();
  expect(hindrance(limit('rejected'), text)).toBeNull();
  expect(hindrance({ ...text, error: 'rate_limit', parent_tool_use_id: 'tool_1' })).toBeNull();
  expect(hindrance({ ...text, error: 'rate_limit', parent_tool_use_id: null })).toBe('limit');
  expect(read(claudeCode, [limit('rejected'), ended])).toMatchObject({ end: 'ok', hindrance: null });
  const item = { type: 'item.completed', item: { type: 'agent_message', text: "You've hit your usage limit" } };
  expect(read(codex, [item, { type: 'turn.failed', error: { message: 'x' } }]).hindrance).toBeNull();
});

test('the words of every known limit and missing sign-in are known', () => {
  const limits: readonly (readonly [AgentProgram, string])[] = [
    [claudeCode, 'Claude AI usage limit reached|1755615600'],
    [claudeCode, "You've hit your limit · resets 2pm (Asia/Shanghai)"],
    [claudeCode, 'You’ve hit your monthly spend limit'],
    [claudeCode, "You're out of extra usage · resets 3pm (UTC)"],
    [claudeCode, 'Credit balance is too low'],
    [codex, 'You’ve hit your usage limit. Try again later.'],
    [codex, "You've hit your usage limit for gpt-6. Switch to another model now, or try again later."],
    [codex, 'Your workspace is out of credits. Add credits to continue.'],
    [codex, 'You hit your spend cap set in your workspace. Increase your spend cap to continue.'],
    [codex, 'Quota exceeded. Check your plan and billing details.'],
    [codex, 'exceeded retry limit, last status: 429 Too Many Requests'],
  ];
  for (const [kind, text] of limits) expect([text, kind.hindranceIn(text)]).toEqual([text, 'limit']);
  for (const text of ['Not logged in · Please run /login', 'Invalid API key · Fix external API key'])
    expect(claudeCode.hindranceIn(text)).toBe('sign_in');
  const unauthorized = 'unexpected status 401 Unauthorized: Missing bearer or basic authentication in header';
  expect(codex.hindranceIn(unauthorized)).toBe('sign_in');
});

test('arguments: permissions, model and conversation, never the prompt', () => {
  const config = { program: 'x', model: null, permissions: 'edits', env: {} } as const;
  const other: ProgramAgentConfig = { ...config, model: 'm', permissions: 'unrestricted' };
  const claude = ['--print', '--output-format=stream-json', '--verbose'];
  expect(claudeCode.argv(config, null)).toEqual(['x', ...claude, '--permission-mode=acceptEdits']);
  expect(claudeCode.argv(other, 'id').slice(4)).toEqual([
    '--permission-mode=bypassPermissions',
    '--model=m',
    '--resume=id',
  ]);
  const exec = ['x', 'exec', '--json', '--skip-git-repo-check'];
  expect(codex.argv(config, null)).toEqual([...exec, '--sandbox=workspace-write', '-']);
  expect(codex.argv(other, 'id')).toEqual([
    ...exec,
    '--dangerously-bypass-approvals-and-sandbox',
    '--model=m',
    'resume',
    'id',
    '-',
  ]);
});
