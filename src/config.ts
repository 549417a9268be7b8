import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AgentPermissions, LogLevel } from './config/choices.js';
import { VARIABLES, type VariableName } from './config/table.js';
import type { ListenAddress } from './config/values.js';
import type { Variable } from './config/variable.js';
import { nearestName } from './schemas/nearest-name.js';

export type Env = Readonly<Record<string, string | undefined>>;

export type AgentConfig =
  | { readonly kind: 'scripted'; readonly dir: string }
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | {
      readonly kind: 'claude-code' | 'codex';
      readonly program: string;
      readonly model: string | null;
      readonly permissions: AgentPermissions;
      /** As {@link Config.commandEnv}: the agent's sign-in may be in it. */
      readonly env: Readonly<Record<string, string>>;
    };

export interface TlsConfig {
  readonly serverName: string | null;
  readonly caPath: string | null;
  readonly certPath: string | null;
  readonly keyPath: string | null;
}

/** Everything specwright is told from outside. Paths are absolute; null means not given. */
export interface Config {
  readonly temporal: {
    /** Null: the embedded server is used. */
    readonly address: string | null;
    readonly namespace: string;
    readonly apiKey: string | null;
    readonly tls: TlsConfig | null;
    readonly cliPath: string | null;
  };
  readonly database: {
    /** A role that may create roles and databases, for set-up and migrations. Null: the embedded Postgres, or none needed. */
    readonly adminUrl: string | null;
    /** As `sw_rw` and `sw_ro`; null: derived from the admin URL by the set-up. */
    readonly rwUrl: string | null;
    readonly roUrl: string | null;
  };
  readonly taskQueue: string;
  readonly executorQueue: string;
  /** Where the HTTP API listens. */
  readonly http: { readonly host: string; readonly port: number };
  /** Where commands about sessions go. Null: to the stack of the data folder. */
  readonly remote: { readonly url: string; readonly key: string } | null;
  /** Where Prometheus scrapes this process; null: nowhere. */
  readonly metricsAddress: ListenAddress | null;
  readonly webhooks: {
    /** What secrets of webhooks are derived from. Null: none are sent. */
    readonly key: string | null;
    /** Host names, addresses and CIDR ranges that may be sent to though they are not public. */
    readonly allow: readonly string[];
  };
  readonly workspaces: string;
  readonly agent: AgentConfig;
  /** The whole environment commands are given, by name. */
  readonly commandEnv: Readonly<Record<string, string>>;
  /** What only git fetching and pushing is given besides, by name. */
  readonly gitEnv: Readonly<Record<string, string>>;
  /** What pull requests are opened with. Null: none. */
  readonly forgeTokens: { readonly github: string | null; readonly gitlab: string | null };
  /** Where they may be sent besides the public forges. */
  readonly forgeOrigins: readonly string[];
  /** Which remotes on the executor's own disk projects may have. Null: not said, so none on a stack that is shared. */
  readonly localRemotes: 'any' | readonly string[] | null;
  /** Values that are masked in every output. */
  readonly secrets: readonly string[];
  readonly dataDir: string;
  readonly cacheDir: string;
  /** `PATH`, for finding programs. */
  readonly searchPath: string;
  readonly stickyTimeoutMs: number;
  readonly taskTimeoutMs: number;
  readonly logLevel: LogLevel;
  /** The workflow code; by default what the build put beside the worker. */
  readonly bundlePath?: string;
}

export interface ConfigProblem {
  readonly variable: string;
  /** What is wrong, as the end of a sentence that starts with the variable. Never holds the value of a secret. */
  readonly message: string;
  readonly fix: string;
}

/** Every problem found, one line each. The CLI ends with exit code 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ variable, message, fix }) => `${variable} ${message}; ${fix}.`).join('\n'));
  }
}

/** One row of the README's table, in its order. */
export interface ConfigRow {
  readonly name: string;
  readonly group: string;
  readonly default: string;
  readonly meaning: string;
  readonly secret: boolean;
}

export const CONFIG_TABLE: readonly ConfigRow[] = Object.entries(VARIABLES).map(([name, row]) => ({
  name,
  group: row.group,
  default: row.default,
  meaning: row.meaning,
  secret: row.secret ?? false,
}));

/** Passed on to commands without being asked for: what a program needs to be found and to speak the user's language. */
const BASE_COMMAND_ENV = ['PATH', 'LANG', 'LC_ALL', 'TZ'] as const;

type Values = { readonly [Name in VariableName]: (typeof VARIABLES)[Name] extends Variable<infer T> ? T : never };

/**
 * Reads and checks everything at once; throws a {@link ConfigError} that names each variable and its fix. `instead` is what
 * the command line says in place of the environment.
 */
export function loadConfig(given: Env = process.env, cwd: string = process.cwd(), instead: Env = {}): Config {
  const env = { ...given, ...instead };
  const problems = [...unknownNames(env)];
  const values = Object.fromEntries(
    Object.entries(VARIABLES).map(([name, row]) => [name, readVariable(name, row as Variable<unknown>, env, problems)]),
  ) as unknown as Values;
  const isNamed = ({ variable }: ConfigProblem) => problems.some((problem) => problem.variable === variable);
  problems.push(...missingPartners(values).filter((problem) => !isNamed(problem)));
  if (problems.length > 0) throw new ConfigError(problems);
  return toConfig(values, env, cwd);
}

/**
 * The whole environment but specwright's own credentials, for work in a person's checkout; a token for a forge is the
 * person's, and their git may need it.
 */
export function personEnvironment(
  env: Env = process.env,
): Record<'programs' | 'git', Readonly<Record<string, string>>> {
  const without = (isHidden: (row: ConfigRow) => boolean) => {
    const hidden = new Set(CONFIG_TABLE.filter(isHidden).map(({ name }) => name));
    return pick(
      env,
      Object.keys(env).filter((name) => !hidden.has(name)),
    );
  };
  return {
    programs: without(({ secret }) => secret),
    git: without(({ secret, group }) => secret && group !== 'forge'),
  };
}

function readVariable(name: string, row: Variable<unknown>, env: Env, problems: ConfigProblem[]): unknown {
  const given = env[name];
  if (given === undefined || given.trim() === '') return row.fallback;
  const parsed = row.schema.safeParse(given.trim());
  if (parsed.success) return parsed.data;
  problems.push({ variable: name, message: parsed.error.issues[0]?.message ?? 'is not valid', fix: row.fix });
  return row.fallback;
}

function unknownNames(env: Env): readonly ConfigProblem[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('SPECWRIGHT_') && !Object.hasOwn(VARIABLES, name))
    .map((name) => {
      const known = Object.keys(VARIABLES).filter((candidate) => candidate.startsWith('SPECWRIGHT_'));
      const near = nearestName(name, known);
      const fix = near === null ? 'unset it, or see the table in the README' : `write ${near} if that was meant`;
      return { variable: name, message: 'is not a variable specwright knows', fix };
    });
}

function missingPartners(values: Values): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const together = (given: VariableName, missing: VariableName): void => {
    if (values[given] === null || values[missing] !== null) return;
    problems.push({ variable: missing, message: `is not set, but ${given} is`, fix: 'set both or neither' });
  };
  together('DATABASE_RW_URL', 'DATABASE_RO_URL');
  together('DATABASE_RO_URL', 'DATABASE_RW_URL');
  together('TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_CLIENT_KEY_PATH');
  together('SPECWRIGHT_URL', 'SPECWRIGHT_API_KEY');
  together('TEMPORAL_TLS_CLIENT_KEY_PATH', 'TEMPORAL_TLS_CLIENT_CERT_PATH');
  if (values.SPECWRIGHT_AGENT === 'command' && values.SPECWRIGHT_AGENT_ARGV === null) {
    const message = 'is not set, but SPECWRIGHT_AGENT is command';
    problems.push({ variable: 'SPECWRIGHT_AGENT_ARGV', message, fix: VARIABLES.SPECWRIGHT_AGENT_ARGV.fix });
  }
  return problems;
}

function toConfig(values: Values, env: Env, cwd: string): Config {
  const dataDir = resolve(cwd, values.SPECWRIGHT_DATA_DIR);
  const commandEnv = pick(env, [...BASE_COMMAND_ENV, ...values.SPECWRIGHT_COMMAND_ENV]);
  const cacheHome = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache');
  return {
    temporal: {
      address: values.TEMPORAL_ADDRESS,
      namespace: values.TEMPORAL_NAMESPACE,
      apiKey: values.TEMPORAL_API_KEY,
      tls: toTls(values, cwd),
      cliPath: absolute(cwd, values.TEMPORAL_CLI_PATH),
    },
    database: {
      adminUrl: values.DATABASE_URL,
      rwUrl: values.DATABASE_RW_URL,
      roUrl: values.DATABASE_RO_URL,
    },
    taskQueue: values.SPECWRIGHT_TASK_QUEUE,
    executorQueue: values.SPECWRIGHT_EXECUTOR_QUEUE,
    http: { host: values.SPECWRIGHT_HTTP_HOST, port: values.SPECWRIGHT_HTTP_PORT },
    remote: remoteOf(values),
    metricsAddress: values.SPECWRIGHT_METRICS_ADDRESS,
    webhooks: { key: values.SPECWRIGHT_WEBHOOK_KEY, allow: values.SPECWRIGHT_WEBHOOK_ALLOW },
    workspaces: absolute(cwd, values.SPECWRIGHT_WORKSPACES) ?? join(dataDir, 'workspaces'),
    agent: toAgent(values, commandEnv, cwd),
    commandEnv,
    gitEnv: pick(env, values.SPECWRIGHT_GIT_ENV),
    forgeTokens: { github: values.GITHUB_TOKEN, gitlab: values.GITLAB_TOKEN },
    forgeOrigins: values.SPECWRIGHT_FORGE_ORIGINS,
    localRemotes: values.SPECWRIGHT_LOCAL_REMOTES,
    secrets: secretsOf(values, env),
    dataDir,
    cacheDir: join(resolve(cwd, cacheHome), 'specwright'),
    searchPath: env['PATH'] ?? '',
    stickyTimeoutMs: values.SPECWRIGHT_STICKY_TIMEOUT_MS,
    taskTimeoutMs: values.SPECWRIGHT_TASK_TIMEOUT_MS,
    logLevel: values.SPECWRIGHT_LOG_LEVEL,
  };
}

function remoteOf({ SPECWRIGHT_URL: url, SPECWRIGHT_API_KEY: key }: Values): Config['remote'] {
  return url === null || key === null ? null : { url, key };
}

function toAgent(values: Values, env: Readonly<Record<string, string>>, cwd: string): AgentConfig {
  const kind = values.SPECWRIGHT_AGENT;
  switch (kind) {
    case 'scripted':
      return { kind, dir: resolve(cwd, values.SPECWRIGHT_SCRIPTED_DIR) };
    case 'command':
      return { kind, argv: values.SPECWRIGHT_AGENT_ARGV ?? [] };
    case 'claude-code':
    case 'codex': {
      const program = values.SPECWRIGHT_AGENT_PROGRAM ?? (kind === 'codex' ? 'codex' : 'claude');
      return {
        kind,
        program: program.includes('/') ? resolve(cwd, program) : program,
        model: values.SPECWRIGHT_AGENT_MODEL,
        permissions: values.SPECWRIGHT_AGENT_PERMISSIONS,
        env,
      };
    }
  }
}

function toTls(values: Values, cwd: string): TlsConfig | null {
  const tls: TlsConfig = {
    serverName: values.TEMPORAL_TLS_SERVER_NAME,
    caPath: absolute(cwd, values.TEMPORAL_TLS_SERVER_CA_CERT_PATH),
    certPath: absolute(cwd, values.TEMPORAL_TLS_CLIENT_CERT_PATH),
    keyPath: absolute(cwd, values.TEMPORAL_TLS_CLIENT_KEY_PATH),
  };
  const implied = values.TEMPORAL_API_KEY !== null || Object.values(tls).some((value) => value !== null);
  return (values.TEMPORAL_TLS ?? implied) ? tls : null;
}

function absolute(cwd: string, path: string | null): string | null {
  return path === null ? null : resolve(cwd, path);
}

function pick(env: Env, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIAL/i;
/** Shorter values are too likely to be part of ordinary text. */
const MIN_SECRET_LENGTH = 6;

/** specwright's own credentials, the passwords in its URLs, and what passed-on variables are named to hold. */
function secretsOf(values: Values, env: Env): readonly string[] {
  const own = CONFIG_TABLE.filter(({ secret }) => secret).map(({ name }) => env[name]?.trim() ?? '');
  const passwords = own.filter((value) => URL.canParse(value)).map((value) => new URL(value).password);
  const passedOn = [...values.SPECWRIGHT_COMMAND_ENV, ...values.SPECWRIGHT_GIT_ENV]
    .filter((name) => SECRET_NAME.test(name))
    .map((name) => env[name] ?? '');
  const all = [...own, ...passwords, ...passwords.map(decodeURIComponent), ...passedOn];
  // As they are in JSON, too: agents print events.
  return [...new Set([...all, ...all.map((value) => JSON.stringify(value).slice(1, -1))])].filter(
    (value) => value.length >= MIN_SECRET_LENGTH,
  );
}
