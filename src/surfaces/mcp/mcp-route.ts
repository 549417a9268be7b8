import { callerOf, type HttpApp, type RouteContext } from '../http/http-app.js';
import { createMcpHandler } from './create-mcp-handler.js';

/** MCP beside the HTTP API, with its keys, limits and log; what a key may do there is each tool's to say. */
export function mcpRoute(app: HttpApp, { sessions, telemetry }: RouteContext): void {
  const handle = createMcpHandler({ sessions, onRefused: (code) => telemetry.refused('mcp', code) });
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/mcp',
    config: { role: 'viewer' },
    // Another protocol: it describes itself to its clients.
    schema: { hide: true },
    async handler(request, reply) {
      const caller = callerOf(request);
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value);
      await handle(request.raw, reply.raw, caller, request.body ?? null);
    },
  });
}
