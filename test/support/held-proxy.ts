import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

type Direction = 'up' | 'down';

/** A way to a server that can be held: bytes of one direction wait, the connections stay. */
export interface HeldProxy {
  readonly address: string;
  /** `up`: what is sent to the server no longer arrives; `down`: its answers do not. Connections made later are held as well. */
  hold(direction: Direction): void;
  /** Bytes that wait. */
  heldBytes(): number;
  /** What waits arrives, and everything after it. */
  release(): void;
  close(): Promise<void>;
}

export async function startHeldProxy(target: string): Promise<HeldProxy> {
  const [host, port] = target.split(':') as [string, string];
  const pairs = new Set<Readonly<Record<Direction, Lane>>>();
  const held = new Set<Direction>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    const pair = { up: createLane(client, upstream), down: createLane(upstream, client) };
    pairs.add(pair);
    for (const direction of held) pair[direction].hold();
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
  const lanes = () => [...pairs].flatMap(({ up, down }) => [up, down]);
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold(direction) {
      held.add(direction);
      for (const pair of pairs) pair[direction].hold();
    },
    heldBytes: () => lanes().reduce((bytes, lane) => bytes + lane.heldBytes(), 0),
    release() {
      held.clear();
      for (const lane of lanes()) lane.release();
    },
    async close() {
      for (const lane of lanes()) lane.end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Lane = ReturnType<typeof createLane>;

/** One direction of one connection. */
function createLane(from: Socket, to: Socket) {
  const waiting: Buffer[] = [];
  let isHeld = false;
  from.on('data', (bytes: Buffer) => void (isHeld ? waiting.push(bytes) : to.write(bytes)));
  from.on('end', () => to.end());
  return {
    hold: () => void (isHeld = true),
    heldBytes: () => waiting.reduce((sum, { length }) => sum + length, 0),
    release() {
      isHeld = false;
      for (const bytes of waiting.splice(0)) to.write(bytes);
    },
    end() {
      from.destroy();
      to.destroy();
    },
  };
}
