import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Loopback, but not what `localhost` is: tests allow the one and see the other refused. */
export const RECEIVER_HOST = '127.0.0.2';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** What the next requests get, one each; after that `204`. */
  next(...answers: readonly ((response: ServerResponse) => void)[]): void;
  stop(): Promise<void>;
}

export const ids = ({ received }: Receiver): readonly unknown[] => received.map(({ headers }) => headers['webhook-id']);

/** An HTTP server of whoever gets webhooks. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const received: Received[] = [];
  const answers: ((response: ServerResponse) => void)[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      const answer = answers.shift() ?? ((one: ServerResponse) => one.writeHead(204).end());
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, RECEIVER_HOST, resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://${RECEIVER_HOST}:${address.port}/hooks?token=abc`,
    port: address.port,
    received,
    next: (...more) => void answers.push(...more),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
