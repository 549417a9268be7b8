import { expect, test } from '@jest/globals';
import { errorForLog } from '../../src/domain/error-for-log.js';
import { logWriter } from '../../src/telemetry/log-line.js';
import { createWorkerLogger } from '../../src/telemetry/worker-log.js';

const CANARY = 'canary 4711';

test('an error is logged by its name, code and place, and never by its message, however it is told', () => {
  const cause = Object.assign(new TypeError(CANARY), { code: '22P02', detail: CANARY, constraint: 'sessions_pkey' });
  const error = new Error(`${CANARY}\n    at ${CANARY} (file.js:1:1)`, { cause });
  error.name = CANARY;
  const told = errorForLog(error);
  expect(told).toMatchObject({
    name: 'Error',
    at: expect.arrayContaining([expect.stringContaining('log.test.ts')]) as unknown,
    cause: { name: 'TypeError', code: '22P02', constraint: 'sessions_pkey' },
  });
  expect(JSON.stringify([told, errorForLog(CANARY), errorForLog({ message: CANARY })])).not.toContain(CANARY);
  error.message = 'another one by now';
  expect(JSON.stringify(errorForLog(error))).not.toContain(CANARY);
});

test('of what the SDK tells, ids and words are written under the names of the API, and text is not', () => {
  const lines: string[] = [];
  const logger = createWorkerLogger('info', (line) => lines.push(line));
  logger.debug('too low');
  logger.warn(`Activity failed: ${CANARY}`, {
    ...{ workflowId: 'a-session', workflowRunId: 'a-run', activityType: 'validateResult.RunTests', attempt: 2 },
    ...{ commandId: CANARY, failure: CANARY, args: [CANARY], step: 'RunTests' },
    error: new RangeError(CANARY),
  });
  createWorkerLogger('silent', (line) => lines.push(line)).error('nothing');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toEqual({
    ...{ time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown, level: 'warn', message: 'Activity failed' },
    ...{ sessionId: 'a-session', runId: 'a-run', activity: 'validateResult.RunTests', attempt: 2, step: 'RunTests' },
    error: { name: 'RangeError', at: expect.anything() as unknown },
  });
});

test('a line of the log is JSON, and in words on a terminal', () => {
  const line = '{"time":"2026-11-21T20:00:01.250Z","level":"info","message":"request","status":200}\n';
  const written: string[] = [];
  for (const isTerminal of [true, false]) logWriter((text) => void written.push(text), isTerminal)(line);
  expect(written).toEqual(['20:00:01.250 info  request status=200\n', line]);
});
