import { Agent, request } from 'node:http';

export interface Raw {
  readonly method?: string;
  readonly path: string;
  readonly key: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** The path exactly as it is: `fetch` would tidy it. */
export function sendRaw(url: string, { method = 'GET', path, key, headers = {}, body }: Raw): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const bytes = body instanceof Uint8Array ? body : body === undefined ? '' : JSON.stringify(body);
  const sent = {
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
    'content-length': Buffer.byteLength(bytes),
  };
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, method, path, headers: sent, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject).on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on('error', reject).end(bytes);
  });
}
