import { DefaultLogger, type ActivityInterceptorsFactory, type LogEntry } from '@temporalio/worker';
import { errorForLog } from '../domain/error-for-log.js';
import { FAILURE_KINDS } from '../domain/failures.js';
import type { LogRecord } from './log-line.js';

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
type Fields = Readonly<Record<string, unknown>>;

/** The SDK's logger, for its own lines and those of activities, as lines of JSON. */
export function createWorkerLogger(level: Level, write: (line: string) => void): DefaultLogger {
  const least = level === 'silent' ? 'ERROR' : (level.toUpperCase() as Uppercase<typeof level>);
  return new DefaultLogger(least, (entry) => {
    if (level !== 'silent') write(`${JSON.stringify(recordOf(entry))}\n`);
  });
}

function recordOf({ level, message, timestampNanos, meta = {} }: LogEntry): LogRecord {
  return {
    time: new Date(Number(timestampNanos / 1_000_000n)).toISOString(),
    level: level.toLowerCase(),
    // What the SDK puts behind a colon is the text of an error.
    message: message.split(':', 1)[0]!,
    ...fieldsOf(meta),
  };
}

/** The SDK's words for what is called otherwise here. */
const RENAMED: Fields = { workflowId: 'sessionId', workflowRunId: 'runId', activityType: 'activity' };
/** Nothing else of what a line is given is written: a field that is not known may hold anything. */
const FIELDS = [
  ...['accountId', 'projectId', 'sessionId', 'runId', 'commandId', 'step', 'activity', 'attempt', 'durationMs'],
  ...['outcome', 'failureKind', 'did', 'taskQueue', 'state'],
];
/** An id or a word. What has blanks is text, and text is nobody's business here. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;

function fieldsOf(meta: Fields): Fields {
  const renamed = Object.entries(meta).map(([name, value]) => [RENAMED[name] ?? name, value] as const);
  const given = new Map(renamed);
  const known = FIELDS.flatMap((name) => {
    const value = given.get(name);
    return typeof value === 'number' || (typeof value === 'string' && ID.test(value)) ? [[name, value]] : [];
  });
  const error = given.get('error');
  const told = Object.fromEntries(known) as Fields;
  return { ...told, ...(error === undefined ? {} : { error: errorForLog(error) }) };
}

/** Whose activity it is goes into its lines; a line tells that it is done, and how. The SDK tells when one fails. */
export const activityLog: ActivityInterceptorsFactory = (context) => {
  let ids: Fields = {};
  return {
    inbound: {
      async execute(input, next) {
        ids = idsOf(input.args[0]);
        const began = performance.now();
        const output = await next(input);
        context.log.info('activity done', { durationMs: Math.round(performance.now() - began), ...outcomeOf(output) });
        return output;
      },
    },
    outbound: { getLogAttributes: (input, next) => ({ ...next(input), ...ids }) },
  };
};

function idsOf(input: unknown): Fields {
  const { scope, sessionId, commandId, step } = (input ?? {}) as Fields;
  const { accountId, projectId } = (scope ?? {}) as Fields;
  return { accountId, projectId, sessionId, commandId, step };
}

/** Words of ours only: a status, and a failure by its kind. */
function outcomeOf(output: unknown): Fields {
  const given = (output ?? {}) as Fields;
  const { status, failure } = { ...given, ...((given['verdict'] as Fields | undefined) ?? {}) } as Fields;
  const kind = (failure as Fields | undefined)?.['kind'];
  const failureKind = FAILURE_KINDS.find((known) => known === kind);
  return { outcome: status, ...(failureKind === undefined ? {} : { failureKind }) };
}
