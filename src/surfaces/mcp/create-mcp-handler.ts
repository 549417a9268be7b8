import type { IncomingMessage, ServerResponse } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Caller } from '../../api/access.js';
import { createMcpServer } from './create-mcp-server.js';
import type { McpDeps } from './mcp-deps.js';

export interface McpHandlerOptions extends McpDeps {
  /** Of browsers that may call (`https://app.example.com`). A request without Origin is no browser's. Default: none. */
  readonly allowedOrigins?: readonly string[];
}

/** A request that was authenticated already; `body` when it was read and parsed already. */
export type McpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
  body?: unknown,
) => Promise<void>;

/** A report may hold 64 KiB of output; larger ones are uploaded first. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * MCP over Streamable HTTP without sessions: every request gets a server object of its own, made for its caller, and any
 * process can answer any request. An Origin that is not allowed is refused: a page of somebody else's may not act by a
 * name that leads to this machine.
 */
export function createMcpHandler({ allowedOrigins = [], ...deps }: McpHandlerOptions): McpHandler {
  return async (request, response, caller, body) => {
    const { origin } = request.headers;
    if (origin !== undefined && !allowedOrigins.includes(origin)) {
      return refuse(response, 403, 'this Origin may not call', { vary: 'Origin' });
    }
    if (request.method !== 'POST')
      return refuse(response, 405, 'only POST: there is no stream to listen to', { allow: 'POST' });
    const server = createMcpServer(deps, caller);
    const transport = new StreamableHTTPServerTransport({
      enableJsonResponse: true,
      maxRequestBodySize: MAX_BODY_BYTES,
    });
    response.once('close', () => void server.close().catch(() => undefined));
    await server.connect(transport);
    await transport.handleRequest(request, response, body);
  };
}

function refuse(response: ServerResponse, status: number, message: string, headers: Record<string, string>): void {
  const text = JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32_000, message } });
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}
