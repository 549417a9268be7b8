import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { LOCAL_REMOTES } from './local-remotes.js';
import * as choices from './choices.js';
import {
  address,
  argv,
  milliseconds,
  origins,
  postgresUrl,
  queue,
  text,
  token,
  trueOrFalse,
  variableNames,
} from './values.js';
import { API_VARIABLES } from './api-variables.js';
import { variable, withoutDefault } from './variable.js';
import { DEFAULT_EXECUTOR_QUEUE, DEFAULT_TASK_QUEUE } from '../contract/task-queues.js';

const passedOn = variableNames.refine(
  (names) => !names.some(isOwnSecret),
  'names a variable with specwright’s own credentials',
);

/** Every variable specwright reads. The README table is checked against it. */
export const VARIABLES = {
  TEMPORAL_ADDRESS: variable<string | null>({
    group: 'temporal',
    schema: address,
    ...withoutDefault,
    meaning: 'Temporal frontend as `host:port`; unset: the embedded development server',
    fix: 'give it as host:port, for example 127.0.0.1:7233',
  }),
  TEMPORAL_NAMESPACE: variable({
    group: 'temporal',
    schema: text.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'is not a namespace name'),
    fallback: 'default',
    default: 'default',
    meaning: 'Temporal namespace',
    fix: 'use letters, digits, dots, _ and -',
  }),
  TEMPORAL_API_KEY: variable<string | null>({
    group: 'temporal',
    schema: text,
    ...withoutDefault,
    meaning: 'API key for Temporal Cloud; turns TLS on',
    fix: 'copy the key again, without line breaks',
    secret: true,
  }),
  TEMPORAL_TLS: variable<boolean | null>({
    group: 'temporal',
    schema: trueOrFalse,
    fallback: null,
    default: 'on with an API key or a TLS file, else off',
    meaning: '`true` or `false`: TLS to the Temporal frontend',
    fix: 'set it to true or false',
  }),
  TEMPORAL_TLS_SERVER_NAME: variable<string | null>({
    group: 'temporal',
    schema: text,
    ...withoutDefault,
    meaning: 'server name to verify instead of the host of the address',
    fix: 'give a host name',
  }),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: variable<string | null>({
    group: 'temporal',
    schema: text,
    ...withoutDefault,
    meaning: 'PEM file of the authority that signed the server certificate',
    fix: 'give the path of a PEM file',
  }),
  TEMPORAL_TLS_CLIENT_CERT_PATH: variable<string | null>({
    group: 'temporal',
    schema: text,
    ...withoutDefault,
    meaning: 'PEM file of the client certificate (mTLS)',
    fix: 'give the path of a PEM file',
  }),
  TEMPORAL_TLS_CLIENT_KEY_PATH: variable<string | null>({
    group: 'temporal',
    schema: text,
    ...withoutDefault,
    meaning: 'PEM file of the key of the client certificate (mTLS)',
    fix: 'give the path of a PEM file',
  }),
  TEMPORAL_CLI_PATH: variable<string | null>({
    group: 'temporal',
    schema: text,
    ...withoutDefault,
    meaning: 'the Temporal CLI program that runs the embedded server; unset: it is looked for',
    fix: 'give the path of the temporal program',
  }),
  DATABASE_URL: variable<string | null>({
    group: 'database',
    schema: postgresUrl,
    ...withoutDefault,
    meaning:
      'Postgres as a role that may create roles and databases: set-up and migrations; unset: the embedded Postgres',
    fix: 'give it as postgres://user:password@host:5432/database',
    secret: true,
  }),
  DATABASE_RW_URL: variable<string | null>({
    group: 'database',
    schema: postgresUrl,
    fallback: null,
    default: 'made by the set-up from `DATABASE_URL`',
    meaning: 'Postgres as `sw_rw`, what workers and servers write with',
    fix: 'give it as postgres://sw_rw:password@host:5432/database',
    secret: true,
  }),
  DATABASE_RO_URL: variable<string | null>({
    group: 'database',
    schema: postgresUrl,
    fallback: null,
    default: 'made by the set-up from `DATABASE_URL`',
    meaning: 'Postgres as `sw_ro`, what reads go through; needed when `DATABASE_RW_URL` is given',
    fix: 'give it as postgres://sw_ro:password@host:5432/database',
    secret: true,
  }),
  SPECWRIGHT_TASK_QUEUE: variable({
    group: 'queues',
    schema: queue,
    fallback: DEFAULT_TASK_QUEUE,
    default: DEFAULT_TASK_QUEUE,
    meaning: 'Task Queue of workflows and database activities',
    fix: 'use letters, digits, dots, _ and -',
  }),
  SPECWRIGHT_EXECUTOR_QUEUE: variable({
    group: 'queues',
    schema: queue,
    fallback: DEFAULT_EXECUTOR_QUEUE,
    default: DEFAULT_EXECUTOR_QUEUE,
    meaning: 'Task Queue of this host’s executor; one queue is one executor host',
    fix: 'use letters, digits, dots, _ and -',
  }),
  ...API_VARIABLES,
  SPECWRIGHT_AGENT: variable<choices.AgentKind>({
    group: 'agent',
    schema: z.enum(choices.AGENT_KINDS, 'is not an agent specwright knows'),
    fallback: 'scripted',
    default: 'scripted',
    meaning: '`scripted` (prepared outputs), `command` (any program), `claude-code` or `codex`, see docs/agents.md',
    fix: `set it to one of ${choices.AGENT_KINDS.join(', ')}`,
  }),
  SPECWRIGHT_AGENT_ARGV: variable<readonly string[] | null>({
    group: 'agent',
    schema: argv,
    ...withoutDefault,
    meaning: 'JSON array: program and arguments of the `command` agent; the prompt comes on its stdin',
    fix: 'give it like ["my-agent","--print"]',
  }),
  SPECWRIGHT_AGENT_PROGRAM: variable<string | null>({
    group: 'agent',
    schema: text.regex(/^[^-]/, 'begins with a -'),
    fallback: null,
    default: '`claude` or `codex`',
    meaning: 'the program of the `claude-code` and `codex` agents: a name on `PATH` or a path',
    fix: 'give the name or path of a program',
  }),
  SPECWRIGHT_AGENT_MODEL: variable<string | null>({
    group: 'agent',
    schema: text.regex(/^[^\s-]\S{0,199}$/, 'is not the name of a model'),
    ...withoutDefault,
    meaning: 'the model of the `claude-code` and `codex` agents, as the program names it; unset: the program’s choice',
    fix: 'give the name of a model',
  }),
  SPECWRIGHT_AGENT_PERMISSIONS: variable<choices.AgentPermissions>({
    group: 'agent',
    schema: z.enum(choices.AGENT_PERMISSIONS, 'is not a set of permissions specwright knows'),
    fallback: 'edits',
    default: 'edits',
    meaning: 'what `claude-code` and `codex` may do unasked: `edits`, `auto` or `unrestricted`, see docs/agents.md',
    fix: `set it to one of ${choices.AGENT_PERMISSIONS.join(', ')}`,
  }),
  SPECWRIGHT_SCRIPTED_DIR: variable({
    group: 'agent',
    schema: text,
    fallback: fileURLToPath(new URL('../../examples/scripted', import.meta.url)),
    default: '`examples/scripted` of this package',
    meaning: 'folder of the `scripted` agent’s prepared outputs',
    fix: 'give the path of a folder',
  }),
  SPECWRIGHT_COMMAND_ENV: variable<readonly string[]>({
    group: 'agent',
    schema: passedOn,
    fallback: [],
    default: '',
    meaning:
      'comma-separated names of variables passed on to commands and agents, besides `PATH`, `LANG`, `LC_ALL` and `TZ`',
    fix: 'give names separated by commas, for example ANTHROPIC_API_KEY,HTTPS_PROXY',
  }),
  SPECWRIGHT_GIT_ENV: variable<readonly string[]>({
    group: 'agent',
    schema: passedOn,
    fallback: [],
    default: '',
    meaning:
      'comma-separated names of variables that only git fetching and pushing is given: the credentials of the remote',
    fix: 'give names separated by commas, for example SSH_AUTH_SOCK,GIT_ASKPASS',
  }),
  SPECWRIGHT_LOCAL_REMOTES: variable<'any' | readonly string[] | null>(LOCAL_REMOTES),
  GITHUB_TOKEN: variable<string | null>({
    group: 'forge',
    schema: token,
    ...withoutDefault,
    meaning: 'what the executor opens pull requests on GitHub with; scope `repo`, see docs/forges.md',
    fix: 'copy the token again, without blanks and line breaks',
    secret: true,
  }),
  GITLAB_TOKEN: variable<string | null>({
    group: 'forge',
    schema: token,
    ...withoutDefault,
    meaning: 'what the executor opens merge requests on GitLab with; scope `api`, see docs/forges.md',
    fix: 'copy the token again, without blanks and line breaks',
    secret: true,
  }),
  SPECWRIGHT_FORGE_ORIGINS: variable<readonly string[]>({
    group: 'forge',
    schema: origins,
    fallback: [],
    default: '',
    meaning: 'comma-separated addresses of self-hosted forges that these tokens may be sent to, see docs/forges.md',
    fix: 'give addresses separated by commas, for example https://git.example.com',
  }),
  SPECWRIGHT_DATA_DIR: variable({
    group: 'folders',
    schema: text,
    fallback: '.specwright',
    default: '.specwright',
    meaning: 'state of the embedded stack and of the demo',
    fix: 'give the path of a folder',
  }),
  SPECWRIGHT_WORKSPACES: variable<string | null>({
    group: 'folders',
    schema: text,
    fallback: null,
    default: '`workspaces` in the data folder',
    meaning: 'where the executor keeps repositories and workspaces',
    fix: 'give the path of a folder',
  }),
  SPECWRIGHT_STICKY_TIMEOUT_MS: variable({
    group: 'timing',
    schema: milliseconds(100, 600_000),
    fallback: 500,
    default: '500',
    meaning:
      'how long a waiting session’s next task stays with a worker that may be dead; raise it for distant workers',
    fix: 'give milliseconds between 100 and 600000',
  }),
  SPECWRIGHT_TASK_TIMEOUT_MS: variable({
    group: 'timing',
    schema: milliseconds(1000, 120_000),
    fallback: 2000,
    default: '2000',
    meaning: 'workflow task timeout: how long a task stays with a worker that died inside it',
    fix: 'give milliseconds between 1000 and 120000',
  }),
  SPECWRIGHT_LOG_LEVEL: variable<choices.LogLevel>({
    group: 'logging',
    schema: z.enum(choices.LOG_LEVELS, 'is not a log level'),
    fallback: 'info',
    default: 'info',
    meaning: choices.LOG_LEVELS.map((level) => `\`${level}\``).join(', '),
    fix: `set it to one of ${choices.LOG_LEVELS.join(', ')}`,
  }),
};

export type VariableName = keyof typeof VARIABLES;

/** The forges' tokens may be passed on by name: they are also what git pushes with and what an agent may need. */
function isOwnSecret(name: string): boolean {
  return Object.entries(VARIABLES).some(([own, row]) => own === name && 'secret' in row && row.group !== 'forge');
}
