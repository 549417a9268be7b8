import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `refuse`: the request never arrives. `lose`: it does, and the answer is lost. `busy`: 503 in its place. */
export type Fault = 'pass' | 'refuse' | 'lose' | 'busy' | number;

export interface FaultyProxy {
  readonly url: string;
  /** What came, as `POST /v1/sessions`, with its headers. */
  readonly seen: { readonly line: string; readonly headers: IncomingMessage['headers'] }[];
  /** What happens to the next requests, in turn; a number cuts the answer after so many bytes. Then all is well. */
  plan(...faults: readonly Fault[]): void;
  close(): Promise<void>;
}

/** A way to a server on which requests and answers are lost. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const seen: FaultyProxy['seen'] = [];
  const planned: Fault[] = [];
  const server = createServer((incoming, outgoing) => {
    seen.push({ line: `${incoming.method} ${incoming.url}`, headers: incoming.headers });
    const fault = planned.shift() ?? 'pass';
    if (fault === 'refuse') return incoming.socket.destroy();
    if (fault === 'busy') return outgoing.writeHead(503, { 'retry-after': '0' }).end('busy');
    forward(target, incoming, outgoing, fault);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    plan: (...faults) => void planned.splice(0, planned.length, ...faults),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse, fault: 'pass' | 'lose' | number) {
  const { method, url, headers } = incoming;
  const passed = request(`${target}${url}`, { method, headers }, (answer) => {
    if (fault === 'lose') return answer.resume().on('end', () => outgoing.socket?.destroy());
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers).flushHeaders();
    let room = fault === 'pass' ? Number.POSITIVE_INFINITY : fault;
    answer.on('data', (chunk: Buffer) => {
      if (room > 0) outgoing.write(chunk.subarray(0, room));
      room -= chunk.length;
      if (room <= 0) outgoing.socket?.end();
    });
    answer.on('end', () => outgoing.end());
    answer.on('error', () => outgoing.socket?.destroy());
  });
  passed.on('error', () => outgoing.socket?.destroy());
  outgoing.once('close', () => passed.destroy());
  outgoing.on('error', () => passed.destroy());
  incoming.pipe(passed);
}
