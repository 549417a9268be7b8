/** What became of one request. */
export type HttpOutcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly header: (name: string) => string | null;
      /** Undefined when it was no JSON. */
      readonly body: unknown;
    }
  /** Nobody knows whether the request took effect. */
  | { readonly kind: 'silence'; readonly why: string };

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Twenty pull requests with the longest bodies a forge takes stay below it. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/**
 * One request, once. Redirects are not followed: the credentials in `headers` go to this address and no other. Rejects
 * only with the reason of an aborted `signal`; no error text of the HTTP library is passed on, for it may quote a header.
 */
export async function sendRequest(request: HttpRequest): Promise<HttpOutcome> {
  const { method, url, headers, json, timeoutMs, signal } = request;
  signal.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers: { 'user-agent': 'specwright', ...headers, ...(json === undefined ? {} : JSON_BODY) },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    });
    const text = await boundedText(response);
    if (text === null) return { kind: 'silence', why: `answered with more than ${MAX_ANSWER_BYTES} bytes` };
    const { status } = response;
    return { kind: 'answer', status, header: (name) => response.headers.get(name), body: parsed(text) };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'silence', why: timeout.aborted ? `gave no answer within ${timeoutMs} ms` : networkError(error) };
  }
}

const JSON_BODY = { 'content-type': 'application/json' } as const;

async function boundedText(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    // Leaving the loop ends the connection.
    if (bytes > MAX_ANSWER_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function networkError(error: unknown): string {
  const code = (error as { cause?: { code?: unknown } }).cause?.code;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? `failed with ${code}` : 'lost the connection';
}
