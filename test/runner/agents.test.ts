import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgent, type AgentConfig } from '../../src/runner/agents/catalog.js';
import type { ProgramAgentConfig } from '../../src/runner/agents/program-agent.js';
import type { Result } from '../../src/domain/result.js';
import {
  command,
  createLab,
  prepared,
  read,
  testContext,
  type CommandParts,
  type Lab,
  type TestContext,
} from './support/lab.js';

// The programs are Node scripts that print what the vendors' own printed; docs/agents.md says which and how it was seen.
let lab: Lab;
beforeEach(() => void (lab = createLab({ 'src/a.js': 'a' }, { secrets: ['hunter2-"quoted"', 'sk-ant-hunter2'] })));
afterEach(() => lab.remove());

const CONVERSATION = 'c86fdb56-18f0-4fb4-aa9f-a60a05d6ec7a';
type Kind = 'claude-code' | 'codex';

/** A program that notes its arguments and prompt, then does what the source says; `say` prints an event. */
function programOf(source: string): string {
  const path = join(lab.folder, `agent-${randomUUID()}.mjs`);
  const head = `#!${process.execPath}
    import fs from 'node:fs';
    const argv = process.argv.slice(2);
    const auth = argv[0] === 'auth';
    const prompt = auth ? '' : fs.readFileSync(0, 'utf8');
    if (!auth) fs.appendFileSync(${JSON.stringify(join(lab.folder, 'seen'))}, JSON.stringify({ argv, prompt }) + '\\n');
    const say = (event) => process.stdout.write(JSON.stringify(event) + '\\n');
    const result = (event) => say({ type: 'result', subtype: 'success', is_error: false, session_id: '${CONVERSATION}', ...event });
    const init = () => say({ type: 'system', subtype: 'init', session_id: '${CONVERSATION}', tools: ['Bash'] });
  `;
  writeFileSync(path, head + source);
  chmodSync(path, 0o755);
  return path;
}

function configOf(kind: Kind, program: string, more: Partial<ProgramAgentConfig> = {}): AgentConfig {
  return { kind, program, model: null, permissions: 'edits', env: {}, ...more };
}

type Ran = { readonly result: Result; readonly context: TestContext };

async function run(kind: Kind, source: string, more: Partial<CommandParts> = {}): Promise<Ran> {
  const parts = {
    sessionId: `s-${randomUUID()}`,
    branch: `sw/coding/x-${randomUUID().slice(0, 8)}`,
    remote: lab.remote,
    ...more,
  };
  await prepared(lab, parts);
  const context = testContext(parts.sessionId);
  const runner = lab.newRunner({ agent: createAgent(configOf(kind, programOf(source))) });
  return { result: await runner.run(command('agent', parts), context), context };
}

const seen = (): { argv: string[]; prompt: string }[] =>
  read(join(lab.folder, 'seen'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { argv: string[]; prompt: string });

const USED = `{ inputTokens: 1000, cacheReadInputTokens: 30, cacheCreationInputTokens: 200, outputTokens: 50, costUSD: 0.003003 }`;

test('claude-code: a run that went well, with what it used, cost and said, and the files it wrote', async () => {
  const source = `init();
    fs.writeFileSync('src/b.js', 'b');
    say({ type: 'assistant', parent_tool_use_id: null, message: { content: [{ type: 'text', text: 'Writing.' }] } });
    result({ result: 'Done.', total_cost_usd: 0.003003, modelUsage: { sonnet: ${USED} }, model_usage_since_last_result: { sonnet: ${USED} } });`;
  const expects = { files: [{ path: 'src/b.js', why: '' }] };
  const { result, context } = await run('claude-code', source, { expects, agent: { prompt: 'Write $(it).' } });
  expect(result).toMatchObject({
    status: 'ok',
    exitCode: 0,
    data: { agent: 'claude-code', text: 'Done.' },
    agent: { inputTokens: 1230, outputTokens: 50, costUsd: 0.003003, conversationId: CONVERSATION },
    evidence: { files: [{ path: 'src/b.js', bytes: 1 }] },
  });
  expect(seen()).toEqual([
    {
      argv: ['--print', '--output-format=stream-json', '--verbose', '--permission-mode=acceptEdits'],
      prompt: 'Write $(it).',
    },
  ]);
  expect(context.text('stdout')).toContain('"subtype":"init"');
});

test('codex: a run that went well; it tells no cost, so there is none', async () => {
  const source = `say({ type: 'thread.started', thread_id: '${CONVERSATION}' });
    say({ type: 'turn.started' });
    say({ type: 'error', message: 'Reconnecting... 2/5 (stream disconnected before completion)' });
    say({ type: 'item.completed', item: { id: 'item_0', type: 'agent_message', text: 'Done.' } });
    say({ type: 'turn.completed', usage: { input_tokens: 1000, cached_input_tokens: 200, output_tokens: 50 } });`;
  const { result } = await run('codex', source);
  expect(result).toMatchObject({ status: 'ok', data: { agent: 'codex', text: 'Done.' } });
  expect(result.agent).toEqual({ inputTokens: 1000, outputTokens: 50, conversationId: CONVERSATION });
  expect(seen()).toEqual([
    { argv: ['exec', '--json', '--skip-git-repo-check', '--sandbox=workspace-write', '-'], prompt: 'Write it.' },
  ]);
});

test.each<[Kind, string, string]>([
  ['claude-code', `--resume=${CONVERSATION}`, `result({ result: 'Done.' })`],
  ['codex', CONVERSATION, `say({ type: 'turn.completed', usage: null })`],
])('%s: an earlier conversation is gone on with; what could be an option is not', async (kind, argument, source) => {
  const resumed = async (conversationId: string): Promise<string[]> => {
    expect((await run(kind, source, { agent: { conversationId } })).result.status).toBe('ok');
    return seen().at(-1)!.argv;
  };
  expect(await resumed(CONVERSATION)).toContain(argument);
  expect((await resumed('--dangerously-skip-permissions')).join(' ')).not.toContain('dangerously');
});

test.each<[Kind, string]>([
  [
    'claude-code',
    `if (argv.some((one) => one.startsWith('--resume'))) {
      result({ subtype: 'error_during_execution', is_error: true, errors: ['No conversation found with session ID: x'] });
      process.exitCode = 1;
    } else result({ result: 'Anew.' });`,
  ],
  [
    'codex',
    `if (argv.includes('resume')) {
      process.stderr.write('Error: thread/resume: thread/resume failed: no rollout found for thread id x (code -32600)\\n');
      process.exitCode = 1;
    } else { say({ type: 'item.completed', item: { type: 'agent_message', text: 'Anew.' } }); say({ type: 'turn.completed' }); }`,
  ],
])('%s: a conversation that another executor had is begun anew, once', async (kind, source) => {
  const { result } = await run(kind, source, { agent: { conversationId: CONVERSATION } });
  expect(result).toMatchObject({ status: 'ok', data: { text: 'Anew.' } });
  expect(seen()).toHaveLength(2);
  expect((await run(kind, source)).result.status).toBe('ok');
  expect(seen()).toHaveLength(3);
});

test('claude-code: an error it tells is agent_failed with its words; what was used until then is kept', async () => {
  const source = `init();
    result({ subtype: 'error_max_turns', is_error: true, errors: ['Reached maximum number of turns (9)'],
      total_cost_usd: 0.5, usage: { input_tokens: 10, output_tokens: 5 } });
    process.exitCode = 1;`;
  const { result } = await run('claude-code', source);
  expect(result).toMatchObject({
    status: 'error',
    exitCode: 1,
    failure: {
      kind: 'agent_failed',
      message: 'claude-code ended with exit code 1: Reached maximum number of turns (9)',
    },
    agent: { inputTokens: 10, outputTokens: 5, costUsd: 0.5, conversationId: CONVERSATION },
  });
  const zero = await run('claude-code', `result({ is_error: true, result: 'API Error: 500' });`);
  expect(zero.result.failure).toMatchObject({ kind: 'agent_failed', message: 'claude-code failed: API Error: 500' });
});

const inTwoHours = (): number => Math.floor(Date.now() / 1_000) + 7_200;
test.each([0, 1])(
  'claude-code: its limit is quota with the time it tells, whatever its exit code (%i)',
  async (exitCode) => {
    const resetsAt = inTwoHours();
    const source = `init();
    say({ type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt: ${resetsAt}, rateLimitType: 'five_hour', isUsingOverage: false } });
    say({ type: 'assistant', parent_tool_use_id: null, error: 'rate_limit', message: { content: [] } });
    result({ is_error: true, api_error_status: 429, result: "You've hit your 5-hour limit · resets 7:25pm (UTC)", total_cost_usd: 0, usage: { input_tokens: 0, output_tokens: 0 } });
    process.exitCode = ${exitCode};`;
    const { result } = await run('claude-code', source);
    expect(result).toMatchObject({
      exitCode,
      failure: { kind: 'quota', until: new Date(resetsAt * 1_000).toISOString() },
    });
    expect(result.failure?.message).toBe(
      "claude-code is at its limit: You've hit your 5-hour limit · resets 7:25pm (UTC)",
    );
    expect(result.agent).toEqual({ conversationId: CONVERSATION });
  },
);

test('a limit without a time is quota without one; the program’s death does not hide a limit', async () => {
  const api = `result({ is_error: true, api_error_status: 429, result: 'API Error: Request rejected (429)' }); process.exitCode = 1;`;
  const quota = async (kind: Kind, source: string): Promise<unknown> => {
    const { failure } = (await run(kind, source)).result;
    return [failure?.kind, failure?.until === undefined ? 'no time' : Date.parse(failure.until) > Date.now()];
  };
  expect(await quota('claude-code', api)).toEqual(['quota', 'no time']);
  const old = `process.stderr.write('Claude AI usage limit reached|${inTwoHours()}'); process.exitCode = 1;`;
  expect(await quota('claude-code', old)).toEqual(['quota', true]);
  const event = `say({ type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt: ${inTwoHours()} } }); process.exit(1);`;
  expect(await quota('claude-code', event)).toEqual(['quota', true]);
  const failed = (message: string): string =>
    `say({ type: 'error', message: ${JSON.stringify(message)} });
     say({ type: 'turn.failed', error: { message: ${JSON.stringify(message)} } }); process.exitCode = 1;`;
  const hit =
    'You’ve hit your usage limit. Visit https://chatgpt.com/settings/usage to purchase more credits or try again';
  expect(await quota('codex', failed(`${hit} in 2 hours 5 minutes.`))).toEqual(['quota', true]);
  expect(await quota('codex', failed(`${hit} at ${monthDay(3)} 10:03 PM.`))).toEqual(['quota', true]);
  expect(await quota('codex', failed(`${hit} later.`))).toEqual(['quota', 'no time']);
});

/** As codex writes a day that is not today: `Nov 24th, 2026`. */
const monthDay = (days: number): string => {
  const date = new Date(Date.now() + days * 86_400_000);
  return `${date.toLocaleString('en-US', { month: 'short' })} ${date.getDate()}th, ${date.getFullYear()}`;
};

test('a missing sign-in says what to do, at first use and where it can be known at start', async () => {
  const source = `init();
    say({ type: 'assistant', error: 'authentication_failed', message: { content: [] } });
    result({ is_error: true, result: 'Not logged in · Please run /login', total_cost_usd: 0, usage: { input_tokens: 0, output_tokens: 0 } });
    process.exitCode = 1;`;
  const { failure } = (await run('claude-code', source)).result;
  expect(failure?.kind).toBe('agent_failed');
  expect(failure?.message).toMatch(
    /^claude-code is not signed in; run claude and \/login .*ANTHROPIC_API_KEY.*: Not logged in/,
  );
  const codexFailed = `say({ type: 'turn.failed', error: { message: 'unexpected status 401 Unauthorized: Missing bearer' } }); process.exit(1);`;
  expect((await run('codex', codexFailed)).result.failure?.message).toMatch(/^codex is not signed in; run codex login/);
  const status = (printed: string, more = {}): Promise<string | null> => {
    const program = programOf(
      `if (auth && argv[1] === 'status') { process.stdout.write(${printed}); process.exitCode = 1; }`,
    );
    return createAgent(configOf('claude-code', program, more), process.env['PATH']).check();
  };
  expect(await status(`JSON.stringify({ loggedIn: false }, null, 2)`)).toMatch(
    /claude-code agent is not signed in; run claude/,
  );
  const env = { ANTHROPIC_API_KEY: 'sk-ant-hunter2' };
  expect(await status(`JSON.stringify({ loggedIn: process.env.ANTHROPIC_API_KEY !== undefined })`, { env })).toBeNull();
  expect(await status(`'error: unknown command'`)).toBeNull();
});

test.each<Kind>(['claude-code', 'codex'])(
  '%s: a missing program is said at start, and again when used',
  async (kind) => {
    const agent = createAgent(configOf(kind, 'no-such-agent'), '/usr/bin:/bin');
    expect(await lab.newRunner({ agent }).problems()).toEqual([
      expect.stringMatching(`the ${kind} agent's program no-such-agent is not installed or not on PATH`),
    ]);
    const parts = { sessionId: `s-${randomUUID()}`, branch: 'sw/coding/x-1', remote: lab.remote };
    await prepared(lab, parts);
    const result = await lab.newRunner({ agent }).run(command('agent', parts), testContext(parts.sessionId));
    expect(result.failure).toEqual({
      kind: 'command_failed',
      message: 'no-such-agent is not installed or not on PATH',
    });
  },
);

test('an end without a result is a failure, also with exit code 0; the last of stderr says why', async () => {
  const zero = (await run('claude-code', 'init();')).result;
  expect(zero).toMatchObject({ status: 'error', exitCode: 0, agent: { conversationId: CONVERSATION } });
  expect(zero.failure).toMatchObject({
    kind: 'agent_failed',
    message: 'claude-code ended without saying how its work went',
  });
  const usage = `process.stderr.write("warning: x\\nerror: unexpected argument '--full-auto' found\\n"); process.exit(2);`;
  const two = (await run('codex', usage)).result;
  expect(two.exitCode).toBe(2);
  expect(two.failure?.message).toBe(
    "codex ended with exit code 2: warning: x\nerror: unexpected argument '--full-auto' found",
  );
});

test('noise, broken lines and lines of 10 MB are passed over', async () => {
  const source = `init();
    process.stdout.write('{"type":"assistant","message":{"text":"cut {"type":"rate_limit_event"}\\n\\u0000\\xff}{\\n[1,2\\nnull\\n');
    say({ type: 'never_heard_of', value: 1 });
    say({ type: 'user', message: 'x'.repeat(10 * 1024 * 1024) });
    process.stdout.write('y'.repeat(10 * 1024 * 1024) + '\\n');
    process.stdout.write(JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: 'Do\\u0000ne.' }));`;
  const { result } = await run('claude-code', source);
  expect(result).toMatchObject({ status: 'ok', data: { text: 'Do\ufffdne.' } });
});

test('a program that never ends is ended; its conversation is known, so that a later turn can go on with it', async () => {
  const source = `init(); setInterval(() => {}, 1000);`;
  const { result } = await run('claude-code', source, { timeoutMs: 1_500 });
  expect(result).toMatchObject({
    status: 'warning',
    failure: { kind: 'timed_out', message: expect.stringContaining('did not end within 1500 ms') },
    agent: { conversationId: CONVERSATION },
  });
});

test('secrets are masked in text, failure and output, also those that JSON escapes', async () => {
  const secrets = `'sk-ant-hunter2 and hunter2-"quoted"'`;
  const ok = await run('claude-code', `result({ result: ${secrets} });`);
  expect(ok.result.data?.['text']).toBe('*** and ***');
  expect(ok.context.text('stdout')).not.toContain('sk-ant-hunter2');
  const failed = await run('claude-code', `result({ is_error: true, result: ${secrets} }); process.exitCode = 1;`);
  expect(failed.result.failure?.message).toBe('claude-code ended with exit code 1: *** and ***');
  expect(JSON.stringify(failed.result)).not.toContain('sk-ant-hunter2');
});
