import { Agent, request } from 'node:http';
import type { Made } from './http-requests.js';
import type { ApiDocument, Operation } from './openapi-document.js';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** Undefined when the answer is not JSON. */
  readonly body: unknown;
}

/** An answer that takes longer is a server that hangs. */
const ANSWER_MS = 30_000;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Sent exactly as made: `fetch` would put paths right. */
export function sendMade(url: string, key: string, made: Made): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const { method, path } = made;
  const headers = { ...made.headers, authorization: `Bearer ${key}`, 'content-length': lengthOf(made.body) };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent, timeout: ANSWER_MS }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const named = answer.headers as Record<string, string | undefined>;
        resolve({ status: answer.statusCode ?? 0, headers: named, text, body: parsed(text) });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${ANSWER_MS} ms`)));
    sent.on('error', reject);
    sent.end(made.body);
  });
}

const lengthOf = (body: Made['body']): number =>
  body === undefined ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.length;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Throws with the whole exchange when an answer is not what the document says of this operation. */
export function checkAnswer(document: ApiDocument, operation: Operation, made: Made, answer: RawAnswer): void {
  const fault = faultOf(document, operation, answer);
  if (fault !== null) throw new Error(`${fault}\n${exchange(operation, made, answer)}`);
}

function faultOf(document: ApiDocument, { responses }: Operation, answer: RawAnswer): string | null {
  const { status, headers, text, body } = answer;
  if (status >= 500) return `${status}: the server broke`;
  const documented = responses[String(status)];
  if (documented === undefined) return `${status} is not documented for it`;
  const type = headers['content-type']?.split(';')[0];
  if (documented.content === undefined) return text === '' ? null : `${status} is documented without a body`;
  if (type === undefined || documented.content[type] === undefined) return `${type} is not documented for ${status}`;
  if (type.endsWith('json')) {
    const validate = document.validator(documented.content[type].schema);
    if (!validate(body)) return `the body is not as documented: ${JSON.stringify(validate.errors?.slice(0, 3))}`;
  }
  return status >= 400 ? problemFault(answer) : null;
}

function problemFault({ status, headers, body }: RawAnswer): string | null {
  const { code, fix, status: said, requestId } = body as Readonly<Record<string, unknown>>;
  if (typeof code !== 'string' || !/^[a-z_]+$/.test(code)) return 'the problem has no code';
  if (typeof fix !== 'string' || fix === '') return 'the problem says no fix';
  if (said !== status) return `the problem says status ${String(said)}`;
  return requestId === headers['x-request-id'] ? null : 'the problem has not the id of its request';
}

/** For people: the operation, what was sent, and what came. */
export function exchange({ operationId }: Operation, made: Made, { status, text }: RawAnswer): string {
  const body = made.body === undefined ? '' : String(made.body).slice(0, 1_500);
  const headers = JSON.stringify(made.headers);
  return `${operationId} (${made.what})\n> ${made.method} ${made.path} ${headers}\n> ${body}\n< ${status} ${text.slice(0, 800)}`;
}
