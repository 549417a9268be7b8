import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, ListToolsRequestSchema, type CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { forbidden, type Caller } from '../../api/access.js';
import { RefusedError } from '../../api/sessions.js';
import { RELEASE } from '../../domain/release.js';
import { mayAct } from '../../domain/access.js';
import { decide, reportResult, takeCommand } from './act-tools.js';
import { failureAnswer } from './failure-answer.js';
import type { McpDeps } from './mcp-deps.js';
import { ask, listSessions, nextCommand } from './read-tools.js';
import type { Tool } from './tool.js';

const TOOLS: readonly Tool[] = [listSessions, nextCommand, takeCommand, ask, reportResult, decide];

const INSTRUCTIONS =
  'specwright hands out commands of development sessions. list_sessions {waitingOn: "client"} → take_command → ask about "prompt" and "command" → do the work → report_result with the lease number; its answer says what comes next. Answers are at most 4 KiB: follow cursors.';

/** A server object for one caller: nothing in it outlives the connection or is shared with another. */
export function createMcpServer(deps: McpDeps, caller: Caller): Server {
  const server = new Server(
    { name: 'specwright', version: RELEASE },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  const usable = TOOLS.filter(({ role }) => mayAct(caller.role, role));
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: usable.map(({ name, title, description, inputSchema, annotations }) => ({
      ...{ name, title, description, inputSchema, annotations },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    try {
      const tool = allowed(params.name, caller);
      return content(await tool.run({ ...deps, caller, signal }, params.arguments));
    } catch (error) {
      const answer = failureAnswer(error);
      deps.onRefused?.(answer.error.code);
      return { ...content(answer), isError: true };
    }
  });
  return server;
}

function allowed(name: string, { role }: Caller): Tool {
  const tool = TOOLS.find((known) => known.name === name);
  if (tool === undefined) {
    const fix = `use one of ${TOOLS.map((known) => known.name).join(', ')}`;
    throw new RefusedError({ code: 'not_found', message: 'no such tool', fix });
  }
  if (!mayAct(role, tool.role)) throw forbidden(`a ${role} may not use ${tool.name}; it needs a ${tool.role}`);
  return tool;
}

const content = (answer: object): CallToolResult => ({ content: [{ type: 'text', text: JSON.stringify(answer) }] });
