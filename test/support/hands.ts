import { RefusedError, type Command, type Next, type Report } from '../../src/client.js';
import { withoutPrompt } from '../../src/surfaces/mcp/describe-command.js';
import { runCliHere } from './cli-here.js';
import type { HttpRig } from './http-rig.js';
import { commandOf } from './manual-client.js';
import { McpPerson } from './mcp-client.js';

/** What a client sees of an open command: all of it, with the prompt apart. */
export interface Seen {
  readonly command: object;
  readonly prompt: string | null;
}

/** Whoever carries out a command, by one surface. */
export interface Hands {
  readonly name: string;
  sees(sessionId: string): Promise<Seen>;
  /** The fencing number, or the code of the refusal. */
  takes(sessionId: string, commandId: string): Promise<number | string>;
  /** `accepted`, or the code of the refusal. */
  reports(sessionId: string, report: Report): Promise<string>;
}

const TTL_MS = 600_000;

const seen = (command: Command): Seen => ({
  command: JSON.parse(JSON.stringify(withoutPrompt(command))) as object,
  prompt: command.kind === 'agent' ? (command.metadata.prompt as string) : null,
});

/** A person's script with nothing but HTTP. */
export function overHttp(rig: HttpRig, name: string): Hands {
  const path = (sessionId: string) => `/v1/sessions/${sessionId}`;
  return {
    name,
    async sees(sessionId) {
      const { body } = await rig.call('GET', `${path(sessionId)}/command`);
      return seen(commandOf(body['next'] as Next));
    },
    async takes(sessionId, commandId) {
      const body = { commandId, owner: name, ttlMs: TTL_MS };
      const answer = await rig.call('POST', `${path(sessionId)}/lease`, { body });
      return answer.body[answer.status === 200 ? 'number' : 'code'] as number | string;
    },
    async reports(sessionId, body) {
      const answer = await rig.call('POST', `${path(sessionId)}/results`, { body });
      return answer.status === 200 ? 'accepted' : String(answer.body['code']);
    },
  };
}

/** `specwright next` and `report`; who uses them takes commands over HTTP, where scripts do not need a checkout. */
export function overCli(rig: HttpRig, name: string): Hands {
  return {
    ...overHttp(rig, name),
    async sees(sessionId) {
      const { stdout } = await runCliHere(rig, rig.scope, ['next', sessionId, '--json']);
      return seen(commandOf(JSON.parse(stdout) as Next));
    },
    async reports(sessionId, report) {
      const args = ['report', sessionId, '--file', 'report.json', '--json'];
      const { code, stdout } = await runCliHere(rig, rig.scope, args, JSON.stringify(report));
      const answer = JSON.parse(stdout) as { error?: { code: string } };
      return code === 0 ? 'accepted' : String(answer.error?.code);
    },
  };
}

/** An IDE's extension with `specwright/client`, which reports on what its backend took over HTTP. */
export function overClient(rig: HttpRig, name: string): Hands {
  return {
    ...overHttp(rig, name),
    sees: async (sessionId) => seen(commandOf(await rig.client.nextCommand(sessionId))),
    async reports(sessionId, report) {
      const answer = await rig.client.submitResult(sessionId, report).catch((error: unknown) => error);
      if (answer instanceof RefusedError) return answer.refusal.code;
      if (answer instanceof Error) throw answer;
      return 'accepted';
    },
  };
}

/** An agent over MCP. */
export async function overMcp(rig: HttpRig, name: string): Promise<Hands & { close(): Promise<void> }> {
  const agent = await McpPerson.over(new URL('/mcp', rig.url), rig.developer);
  const codeOf = (value: Record<string, unknown>) => (value['error'] as { code: string }).code;
  return {
    name,
    async sees(sessionId) {
      const command = JSON.parse(await agent.read({ about: 'command', sessionId })) as Command;
      return { command, prompt: command.kind === 'agent' ? await agent.read({ about: 'prompt', sessionId }) : null };
    },
    async takes(sessionId, commandId) {
      const args = { sessionId, commandId, owner: name, leaseSeconds: TTL_MS / 1_000 };
      const { isError, value } = await agent.call('take_command', args);
      return isError ? codeOf(value) : (value['lease'] as { number: number }).number;
    },
    async reports(sessionId, report) {
      const { isError, value } = await agent.call('report_result', { sessionId, ...report });
      return isError ? codeOf(value) : 'accepted';
    },
    close: () => agent.client.close(),
  };
}
