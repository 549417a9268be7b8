import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Caller } from '../../src/api/access.js';
import { createSessions, type Sessions } from '../../src/api/sessions.js';
import { createSessionWatch } from '../../src/api/watch-sessions.js';
import type { Command, Report } from '../../src/client.js';
import { createIntakeStore } from '../../src/store/intake-store.js';
import { createLeaseStore } from '../../src/store/lease-store.js';
import { createOutputStore } from '../../src/store/output-store.js';
import { createPool } from '../../src/store/pool.js';
import { createMcpHandler, type McpHandlerOptions } from '../../src/surfaces/mcp/create-mcp-handler.js';
import { testStack, type Rig } from './rig.js';

/** The use cases on the rig's servers, for whatever scope is given. */
export function sessionsOf(rig: Rig): { sessions: Sessions; close(): Promise<void> } {
  const [pool, readPool] = [createPool(testStack().database.rwUrl), createPool(testStack().database.roUrl)];
  const sessions = createSessions({
    client: rig.client,
    reader: rig.reader,
    leases: createLeaseStore(pool),
    intake: createIntakeStore(pool),
    outputs: createOutputStore(readPool),
    watch: createSessionWatch(rig.reader),
    executorQueue: rig.executorQueue,
    newId: randomUUID,
  });
  return { sessions, close: async () => void (await Promise.all([pool.end(), readPool.end()])) };
}

/** A bare server with the handler; who calls is told by the last part of the path. */
export async function serveMcp(
  options: McpHandlerOptions,
  callers: Readonly<Record<string, Caller>>,
): Promise<{ url(name: string): URL; server: Server }> {
  const handle = createMcpHandler(options);
  const server = createServer((request, response) => {
    const caller = callers[(request.url ?? '').slice(1)];
    if (caller === undefined) response.writeHead(401).end();
    else void handle(request, response, caller);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: (name) => new URL(`http://127.0.0.1:${port}/${name}`) };
}

export interface McpAnswer {
  readonly isError: boolean;
  readonly text: string;
  // The shape differs by tool; tests say what they expect of it.
  readonly value: Record<string, unknown>;
}

/** The SDK's own client, and every answer it got. */
export class McpPerson {
  readonly client = new Client({ name: 'test', version: '1' });
  readonly answers: string[] = [];

  async connect(transport: Transport): Promise<this> {
    await this.client.connect(transport);
    return this;
  }

  static over(url: URL, key?: string): Promise<McpPerson> {
    const requestInit = key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } };
    return new McpPerson().connect(new StreamableHTTPClientTransport(url, { requestInit }));
  }

  async call(name: string, args: object = {}): Promise<McpAnswer> {
    const result = await this.client.callTool({ name, arguments: args as Record<string, unknown> });
    const [content] = result.content as { type: string; text: string }[];
    const text = content!.text;
    this.answers.push(text);
    return { isError: result.isError === true, text, value: JSON.parse(text) as Record<string, unknown> };
  }

  /** Every page of a text, put together. */
  async read(args: object): Promise<string> {
    let text = '';
    let cursor: string | null = null;
    do {
      const { value } = await this.call('ask', { ...args, ...(cursor === null ? {} : { cursor }) });
      text += String(value['text']);
      cursor = value['cursor'] as string | null;
    } while (cursor !== null);
    return text;
  }

  /** Takes what is open, reads what it is, and reports what `carryOut` makes of it. */
  async turn(sessionId: string, carryOut: (command: Command) => Report): Promise<McpAnswer> {
    const taken = await this.call('take_command', { sessionId });
    const { lease } = taken.value as { lease?: { number: number } };
    if (lease === undefined) return taken;
    const command = JSON.parse(await this.read({ about: 'command', sessionId })) as Command;
    const { result } = carryOut(command);
    return this.call('report_result', { sessionId, commandId: command.id, lease: lease.number, result });
  }
}
