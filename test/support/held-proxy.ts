import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

/** A way to a server that can be held: bytes of one direction wait, the connections stay. */
export interface HeldProxy {
  readonly address: string;
  /** `up`: what is sent to the server no longer arrives; `down`: its answers do not. */
  hold(direction: 'up' | 'down'): void;
  close(): Promise<void>;
}

export async function startHeldProxy(target: string): Promise<HeldProxy> {
  const [host, port] = target.split(':') as [string, string];
  const pairs = new Set<{ readonly up: Socket; readonly down: Socket }>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    const pair = { up: client, down: upstream };
    pairs.add(pair);
    client.pipe(upstream);
    upstream.pipe(client);
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
        pairs.delete(pair);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold(direction) {
      for (const pair of pairs) {
        pair[direction].unpipe();
        pair[direction].pause();
      }
    },
    async close() {
      for (const { up, down } of pairs) {
        up.destroy();
        down.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
