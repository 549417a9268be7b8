import { FAILURE_KINDS } from './failures.js';
import { Guard, type Misfit } from './guard.js';
import { canonicalJson, jsonFault, type JsonObject } from './json.js';
import { MAX_DATA_BYTES, MAX_INLINE_OUTPUT_BYTES, RESULT_STATUSES, type Report } from './result.js';

export type CheckedReport =
  { readonly ok: true; readonly report: Report } | { readonly ok: false; readonly misfit: Misfit };

export const MAX_TEXT = 4096;
export const MAX_LIST = 1000;
export const MAX_COST_USD = 1_000_000;
/** A point in time that every clock reads alike. */
export const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
export const isTimestamp = (text: string): boolean => TIMESTAMP.test(text) && !Number.isNaN(Date.parse(text));
export const SHA256 = /^[0-9a-f]{64}$/;
export const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** A report enters history, and a payload of Temporal's holds 2 MiB. */
export const MAX_REPORT_BYTES = 512 * 1024;
export const reportBytes = (value: unknown): number => utf8Length(canonicalJson(value ?? null));

/** Checks a report from outside: shape, sizes, and text that Postgres can hold. Synchronous, writes nothing. */
export function checkReport(value: unknown): CheckedReport {
  const fault = jsonFault(value, 'report');
  if (fault) {
    const fix =
      'send well-formed JSON text without U+0000 and not nested too deep; put raw bytes into an output as base64';
    const field = fault.path.replace(/^report\.result\b/, 'result');
    return { ok: false, misfit: { field, message: `${field} ${fault.reason}`, fix } };
  }
  const guard = new Guard();
  if (reportBytes(value) > MAX_REPORT_BYTES) {
    guard.fail('report', `is larger than ${MAX_REPORT_BYTES} bytes`, 'upload outputs first and refer to them');
  }
  readReport(guard, value);
  return guard.misfit ? { ok: false, misfit: guard.misfit } : { ok: true, report: value as Report };
}

function readReport(guard: Guard, value: unknown): void {
  const report = guard.object('report', value, ['commandId', 'result', 'lease']);
  if (!report) return;
  guard.text('report.commandId', report['commandId'], 100, 1);
  if (report['lease'] !== undefined) guard.integer('report.lease', report['lease'], 1, Number.MAX_SAFE_INTEGER);
  const keys = ['status', 'exitCode', 'data', 'failure', 'evidence', 'outputs', 'agent', 'startedAt', 'durationMs'];
  const result = guard.object('result', report['result'], keys);
  if (!result) return;
  guard.oneOf('result.status', result['status'], RESULT_STATUSES);
  if (result['exitCode'] !== undefined) guard.integer('result.exitCode', result['exitCode'], -1, 0xffffffff);
  if (result['startedAt'] !== undefined) guard.text('result.startedAt', result['startedAt'], 40);
  if (result['durationMs'] !== undefined) guard.integer('result.durationMs', result['durationMs'], 0, 1e12);
  if (result['data'] !== undefined) readData(guard, result['data']);
  if (result['failure'] !== undefined) readFailure(guard, result['failure']);
  if (result['evidence'] !== undefined) readEvidence(guard, result['evidence']);
  if (result['outputs'] !== undefined) readOutputs(guard, result['outputs']);
  if (result['agent'] !== undefined) readAgentRun(guard, result['agent']);
}

function readAgentRun(guard: Guard, value: unknown): void {
  const run = guard.object('result.agent', value, ['inputTokens', 'outputTokens', 'costUsd', 'conversationId']);
  if (!run) return;
  for (const key of ['inputTokens', 'outputTokens']) {
    if (run[key] !== undefined) guard.integer(`result.agent.${key}`, run[key], 0, Number.MAX_SAFE_INTEGER);
  }
  const cost = run['costUsd'];
  if (cost !== undefined && !(typeof cost === 'number' && cost >= 0 && cost <= MAX_COST_USD)) {
    guard.fail('result.agent.costUsd', `must be a number from 0 to ${MAX_COST_USD}`, 'send US dollars');
  }
  if (run['conversationId'] !== undefined) guard.text('result.agent.conversationId', run['conversationId'], 200, 1);
}

function readData(guard: Guard, value: unknown): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return void guard.fail('result.data', 'must be an object', 'send a JSON object');
  }
  if (utf8Length(canonicalJson(value)) > MAX_DATA_BYTES) {
    guard.fail('result.data', `is larger than ${MAX_DATA_BYTES} bytes`, 'send large content as an output');
  }
}

function readFailure(guard: Guard, value: unknown): void {
  const failure = guard.object('result.failure', value, [
    'kind',
    'message',
    'detail',
    'file',
    'line',
    'rule',
    'ids',
    'until',
  ]);
  if (!failure) return;
  guard.oneOf('result.failure.kind', failure['kind'], FAILURE_KINDS);
  guard.text('result.failure.message', failure['message'], MAX_TEXT, 1);
  for (const key of ['detail', 'file', 'rule']) {
    if (failure[key] !== undefined) guard.text(`result.failure.${key}`, failure[key], MAX_TEXT);
  }
  const { until } = failure;
  if (until !== undefined && !(typeof until === 'string' && isTimestamp(until))) {
    guard.fail('result.failure.until', 'must be a time with its zone', 'write it like 2026-11-21T15:00:00Z');
  }
  if (failure['line'] !== undefined) guard.integer('result.failure.line', failure['line'], 0, 1e9);
  if (failure['ids'] !== undefined) {
    guard.list('result.failure.ids', failure['ids'], MAX_LIST, (field, id) => void guard.text(field, id, 500));
  }
}

function readEvidence(guard: Guard, value: unknown): void {
  const evidence = guard.object('result.evidence', value, ['files', 'baseFiles', 'git', 'pullRequest']);
  if (!evidence) return;
  if (evidence['files'] !== undefined) {
    guard.list('result.evidence.files', evidence['files'], MAX_LIST, (field, item) => readFile(guard, field, item));
  }
  if (evidence['baseFiles'] !== undefined) {
    guard.list(
      'result.evidence.baseFiles',
      evidence['baseFiles'],
      MAX_LIST,
      (field, path) => void guard.text(field, path, 500, 1),
    );
  }
  if (evidence['pullRequest'] !== undefined) readPullRequest(guard, evidence['pullRequest']);
  if (evidence['git'] === undefined) return;
  const keys = ['branch', 'baseSha', 'commit', 'remoteSha'];
  const git = guard.object('result.evidence.git', evidence['git'], keys);
  for (const key of git ? keys : []) {
    if (git?.[key] !== undefined) guard.text(`result.evidence.git.${key}`, git[key], 250);
  }
}

function readPullRequest(guard: Guard, value: unknown): void {
  const field = 'result.evidence.pullRequest';
  const request = guard.object(field, value, ['url', 'number', 'state', 'headSha']);
  if (!request) return;
  guard.text(`${field}.url`, request['url'], 1000, 1);
  guard.integer(`${field}.number`, request['number'], 1, Number.MAX_SAFE_INTEGER);
  guard.oneOf(`${field}.state`, request['state'], ['open', 'closed', 'merged']);
  guard.text(`${field}.headSha`, request['headSha'], 250);
}

function readFile(guard: Guard, field: string, value: unknown): void {
  const file = guard.object(field, value, ['path', 'sha256', 'bytes']);
  if (!file) return;
  guard.text(`${field}.path`, file['path'], 500, 1);
  readHash(guard, `${field}.sha256`, file['sha256']);
  guard.integer(`${field}.bytes`, file['bytes'], 0, Number.MAX_SAFE_INTEGER);
}

function readHash(guard: Guard, field: string, value: unknown): void {
  if (typeof value !== 'string' || !SHA256.test(value)) {
    guard.fail(field, 'must be 64 lower-case hex digits', 'send the sha256 of the bytes');
  }
}

function readOutputs(guard: Guard, value: unknown): void {
  const names = new Set<string>();
  let inlineBytes = 0;
  guard.list('result.outputs', value, MAX_LIST, (field, item) => {
    const output = guard.object(field, item, ['name', 'text', 'base64', 'ref']);
    if (!output) return;
    const name = guard.text(`${field}.name`, output['name'], 200, 1);
    if (name !== null && names.has(name)) guard.fail(`${field}.name`, 'is used twice', 'name every output once');
    if (name !== null) names.add(name);
    inlineBytes += readContent(guard, field, output);
  });
  if (inlineBytes > MAX_INLINE_OUTPUT_BYTES) {
    const fix = 'upload large outputs first and refer to them';
    guard.fail('result.outputs', `hold more than ${MAX_INLINE_OUTPUT_BYTES} inline bytes together`, fix);
  }
}

function readContent(guard: Guard, field: string, output: JsonObject): number {
  const given = ['text', 'base64', 'ref'].filter((key) => output[key] !== undefined);
  if (given.length !== 1) {
    guard.fail(field, 'must have exactly one of text, base64, ref', 'send one of them');
    return 0;
  }
  if (output['ref'] !== undefined) {
    const ref = guard.object(`${field}.ref`, output['ref'], ['id', 'sha256', 'bytes']);
    if (!ref) return 0;
    guard.text(`${field}.ref.id`, ref['id'], 100, 1);
    readHash(guard, `${field}.ref.sha256`, ref['sha256']);
    guard.integer(`${field}.ref.bytes`, ref['bytes'], 0, Number.MAX_SAFE_INTEGER);
    return 0;
  }
  const key = given[0]!;
  const text = guard.text(`${field}.${key}`, output[key], MAX_INLINE_OUTPUT_BYTES * 2);
  if (text === null) return 0;
  if (key === 'text') return utf8Length(text);
  if (!BASE64.test(text) || text.length % 4 !== 0)
    guard.fail(`${field}.base64`, 'is not base64', 'encode the bytes with padding');
  return base64Bytes(text);
}

/** How many bytes padded base64 stands for. */
export function base64Bytes(text: string): number {
  return (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
}

export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
