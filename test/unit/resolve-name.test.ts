import { createSocket, type Socket } from 'node:dgram';
import { afterEach, expect, test } from '@jest/globals';
import { createAddressPolicy } from '../../src/outgoing/address-policy.js';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** A nameserver that gives every name this IPv4 address and no IPv6 one; without an address it is silent. */
async function nameserver(address: string | null): Promise<string> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (query, { port, address: host }) => {
    if (address === null) return;
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const isV4 = question.at(-3) === 1;
    const head = Buffer.from([query[0]!, query[1]!, 0x81, 0x80, 0, 1, 0, isV4 ? 1 : 0, 0, 0, 0, 0]);
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]);
    socket.send(Buffer.concat([head, question, ...(isV4 ? [answer] : [])]), port, host);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return `127.0.0.1:${socket.address().port}`;
}

const resolved = (server: string, name: string, allow: readonly string[] = []) =>
  new Promise((resolve) =>
    createAddressPolicy(allow, { nameservers: [server] }).lookup(name, { all: true }, (error, addresses) =>
      resolve(error ? (error.code ?? error.name) : addresses),
    ),
  );

test('a name is what DNS says, and its address is looked at before anything is connected to', async () => {
  const found = [{ address: '93.184.215.14', family: 4 }];
  expect(await resolved(await nameserver('93.184.215.14'), 'hooks.example.com')).toEqual(found);
  const inside = await nameserver('10.0.0.5');
  expect(await resolved(inside, 'hooks.example.com')).toBe('ADDRESS_REFUSED');
  expect(await resolved(inside, 'hooks.example.com', ['10.0.0.0/8'])).toEqual([{ address: '10.0.0.5', family: 4 }]);
});

test('a nameserver that is silent holds up its own names alone', async () => {
  const silent = await nameserver(null);
  const waiting = Array.from({ length: 40 }, (_, n) => resolved(silent, `hooks-${n}.example.com`));
  const began = performance.now();
  await resolved(await nameserver('93.184.215.14'), 'hooks.example.com');
  await resolved(silent, 'localhost');
  expect(performance.now() - began).toBeLessThan(1_500);
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['ETIMEOUT']));
}, 30_000);
