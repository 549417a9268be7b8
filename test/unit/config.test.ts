import { expect, test } from '@jest/globals';
import { CONFIG_TABLE, ConfigError, loadConfig } from '../../src/config.js';

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    loadConfig(env, '/work');
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
};

test('an empty environment gives the embedded stack and the scripted agent', () => {
  const config = loadConfig({ HOME: '/home/ada' }, '/work');
  expect(config).toMatchObject({
    temporal: { address: null, namespace: 'default', tls: null },
    database: { adminUrl: null, rwUrl: null, roUrl: null },
    taskQueue: 'specwright',
    executorQueue: 'specwright-executor',
    dataDir: '/work/.specwright',
    workspaces: '/work/.specwright/workspaces',
    cacheDir: '/home/ada/.cache/specwright',
    agent: { kind: 'scripted' },
    stickyTimeoutMs: 500,
    taskTimeoutMs: 2000,
    logLevel: 'info',
  });
});

test('an empty variable is an unset one', () => {
  expect(loadConfig({ TEMPORAL_ADDRESS: '', SPECWRIGHT_LOG_LEVEL: ' ' }).temporal.address).toBeNull();
});

test('an unknown SPECWRIGHT_ variable is refused with the nearest known one', () => {
  expect(problemsOf({ SPECWRIGHT_TASK_QUEU: 'x' })).toEqual([
    'SPECWRIGHT_TASK_QUEU is not a variable specwright knows; write SPECWRIGHT_TASK_QUEUE if that was meant.',
  ]);
  expect(problemsOf({ SPECWRIGHT_ZZZZZZZZZZZZ: 'x' })[0]).toMatch(/unset it, or see the table/);
});

test('every bad variable is named with its fix, and none of their values', () => {
  const problems = problemsOf({
    TEMPORAL_ADDRESS: 'http://somewhere',
    DATABASE_URL: 'mysql://root:hunter2@db/x',
    SPECWRIGHT_STICKY_TIMEOUT_MS: '1.5',
    SPECWRIGHT_AGENT: 'robot',
  });
  expect(problems).toHaveLength(4);
  expect(problems.join('\n')).not.toMatch(/hunter2/);
  for (const name of ['TEMPORAL_ADDRESS', 'DATABASE_URL', 'SPECWRIGHT_STICKY_TIMEOUT_MS', 'SPECWRIGHT_AGENT']) {
    expect(problems).toContainEqual(expect.stringMatching(new RegExp(`^${name} .*; .*\\.$`)));
  }
});

test('local remotes are any, none, or folders by absolute path', () => {
  const remotes = (text: string) => loadConfig({ SPECWRIGHT_LOCAL_REMOTES: text }).localRemotes;
  expect([remotes('any'), remotes('none'), remotes('')]).toEqual(['any', [], null]);
  expect(remotes('/srv/git/, /home/git')).toEqual(['/srv/git', '/home/git']);
  for (const wrong of ['yes', 'srv/git', '/srv/git,', '/srv/../git', '/']) {
    expect(problemsOf({ SPECWRIGHT_LOCAL_REMOTES: wrong })).toEqual([
      expect.stringMatching(/^SPECWRIGHT_LOCAL_REMOTES is neither any nor none nor a list of absolute paths; .*any/),
    ]);
  }
});

test('variables that need each other are asked for', () => {
  expect(problemsOf({ DATABASE_RW_URL: 'postgres://sw_rw@db/x' })).toEqual([
    'DATABASE_RO_URL is not set, but DATABASE_RW_URL is; set both or neither.',
  ]);
  expect(problemsOf({ SPECWRIGHT_AGENT: 'command' })[0]).toMatch(/^SPECWRIGHT_AGENT_ARGV is not set/);
  const wrong = problemsOf({ SPECWRIGHT_URL: 'http://localhost', SPECWRIGHT_API_KEY: 'sw_short' });
  expect(wrong).toEqual([expect.stringMatching(/^SPECWRIGHT_API_KEY is not an API key/)]);
});

test('the command agent is a JSON array of texts', () => {
  const env = { SPECWRIGHT_AGENT: 'command', SPECWRIGHT_AGENT_ARGV: '["my agent","--print","$(x)"]' };
  expect(loadConfig(env).agent).toEqual({ kind: 'command', argv: ['my agent', '--print', '$(x)'] });
  for (const bad of ['my-agent --print', '[]', '[""]', '{"a":1}', '["a",1]']) {
    expect(problemsOf({ ...env, SPECWRIGHT_AGENT_ARGV: bad })[0]).toMatch(/^SPECWRIGHT_AGENT_ARGV is not a JSON array/);
  }
});

test('claude-code and codex have their own program, and take a model, permissions and a sign-in', () => {
  const plain = { permissions: 'edits', model: null, env: {} };
  expect(loadConfig({ SPECWRIGHT_AGENT: 'claude-code' }).agent).toEqual({
    ...plain,
    kind: 'claude-code',
    program: 'claude',
  });
  const env = {
    SPECWRIGHT_AGENT: 'codex',
    SPECWRIGHT_AGENT_PROGRAM: './bin/codex',
    SPECWRIGHT_AGENT_MODEL: 'gpt-6',
    SPECWRIGHT_AGENT_PERMISSIONS: 'unrestricted',
    SPECWRIGHT_COMMAND_ENV: 'CODEX_API_KEY',
    CODEX_API_KEY: 'sk-secret',
  };
  const config = loadConfig(env, '/work');
  expect(config.agent).toEqual({
    kind: 'codex',
    program: '/work/bin/codex',
    model: 'gpt-6',
    permissions: 'unrestricted',
    env: { CODEX_API_KEY: 'sk-secret' },
  });
  expect(config.secrets).toContain('sk-secret');
  expect(loadConfig({ ...env, CODEX_API_KEY: 'a"quoted"key' }).secrets).toEqual(['a"quoted"key', 'a\\"quoted\\"key']);
});

test('what would be an option or an unknown permission is refused', () => {
  const env = { SPECWRIGHT_AGENT: 'codex' };
  expect(problemsOf({ ...env, SPECWRIGHT_AGENT_MODEL: '--oss' })[0]).toMatch(/^SPECWRIGHT_AGENT_MODEL is not the name/);
  expect(problemsOf({ ...env, SPECWRIGHT_AGENT_PROGRAM: '-c' })[0]).toMatch(/^SPECWRIGHT_AGENT_PROGRAM begins with/);
  expect(problemsOf({ ...env, SPECWRIGHT_AGENT_PERMISSIONS: 'all' })[0]).toMatch(/set it to one of edits, auto, unr/);
});

test('commands are given only the named variables and what programs need', () => {
  const env = { PATH: '/bin', HOME: '/root', SECRET: 's', TOKEN: 't', SPECWRIGHT_COMMAND_ENV: 'TOKEN, ABSENT' };
  expect(loadConfig(env).commandEnv).toEqual({ PATH: '/bin', TOKEN: 't' });
});

test('specwright’s own credentials cannot be passed on to commands', () => {
  expect(problemsOf({ SPECWRIGHT_COMMAND_ENV: 'LANG,DATABASE_URL' })[0]).toMatch(/own credentials/);
});

test('an API key or a certificate turns TLS on, and TEMPORAL_TLS decides', () => {
  expect(loadConfig({ TEMPORAL_API_KEY: 'k' }).temporal.tls).not.toBeNull();
  expect(loadConfig({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: 'ca.pem' }, '/etc').temporal.tls?.caPath).toBe('/etc/ca.pem');
  expect(loadConfig({ TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: 'false' }).temporal.tls).toBeNull();
  expect(loadConfig({ TEMPORAL_TLS: '1' }).temporal.tls).not.toBeNull();
});

test('the table describes every variable and marks the secrets', () => {
  expect(CONFIG_TABLE.every(({ meaning }) => meaning.length > 10)).toBe(true);
  expect(CONFIG_TABLE.filter(({ secret }) => secret).map(({ name }) => name)).toEqual([
    'TEMPORAL_API_KEY',
    'DATABASE_URL',
    'DATABASE_RW_URL',
    'DATABASE_RO_URL',
    'SPECWRIGHT_WEBHOOK_KEY',
    'SPECWRIGHT_API_KEY',
    'GITHUB_TOKEN',
    'GITLAB_TOKEN',
  ]);
});

test('webhooks have a long key, and ranges and names that are allowed', () => {
  const key = 'k'.repeat(32);
  const env = { SPECWRIGHT_WEBHOOK_KEY: key, SPECWRIGHT_WEBHOOK_ALLOW: 'hooks.internal, 10.0.0.0/8,::1,fd00::/8' };
  const config = loadConfig(env);
  expect(config.webhooks).toEqual({ key, allow: ['hooks.internal', '10.0.0.0/8', '::1', 'fd00::/8'] });
  expect(config.secrets).toContain(key);
  expect(loadConfig({}).webhooks).toEqual({ key: null, allow: [] });
  expect(problemsOf({ SPECWRIGHT_WEBHOOK_KEY: 'short' })[0]).toMatch(/has fewer than 32 characters/);
  for (const allow of ['10.0.0.0/33', 'http://x', '1.2.3', 'a b', '*', ','])
    expect([allow, problemsOf({ SPECWRIGHT_WEBHOOK_ALLOW: allow })]).toEqual([allow, [expect.any(String)]]);
});
