import { RefusedError, type SessionDetail } from '../../api/sessions.js';
import { clip, itemsPage, textPage } from './answer-size.js';
import { promptOf, withoutPrompt } from './describe-command.js';
import type { McpCall } from './mcp-deps.js';

export const SUBJECTS = ['session', 'prompt', 'command', 'interaction', 'output'] as const;

interface Which {
  readonly seq?: number | undefined;
  readonly commandId?: string | undefined;
  readonly cursor?: string | undefined;
}
type Interaction = SessionDetail['interactions'][number];

const MAX_REASON = 600;

/** What `ask` answers, by its subject. */
export const askAbout = {
  async session(call: McpCall, sessionId: string, { cursor }: Which): Promise<object> {
    const detail = await call.sessions.show(call.caller.scope, sessionId);
    return itemsPage(headOf(detail), [...detail.interactions.map(turnLine), ...detail.children.map(childLine)], cursor);
  },
  async prompt(call: McpCall, sessionId: string, which: Which): Promise<object> {
    const { commandId, command } = await turnOf(call, sessionId, which);
    const prompt = command && promptOf(command);
    if (prompt === null) throw nothing('this command has no prompt', 'ask about "command"');
    return textPage({ commandId }, prompt, which.cursor);
  },
  async command(call: McpCall, sessionId: string, which: Which): Promise<object> {
    const { commandId, command } = await turnOf(call, sessionId, which);
    if (command === null) throw nothing('this command could not be built', 'ask about "interaction"');
    return textPage({ commandId }, JSON.stringify(withoutPrompt(command)), which.cursor);
  },
  async interaction(call: McpCall, sessionId: string, which: Which): Promise<object> {
    const { command, ...turn } = await turnOf(call, sessionId, which);
    const whole = { ...turn, command: command && withoutPrompt(command) };
    return textPage({ commandId: turn.commandId }, JSON.stringify(whole), which.cursor);
  },
  async output({ sessions, caller }: McpCall, outputId: string, cursor: string | undefined): Promise<object> {
    const bytes = await sessions.output(caller.scope, outputId);
    return textPage({ outputId, bytes: bytes.length }, Buffer.from(bytes).toString('utf8'), cursor);
  },
};

async function turnOf(
  { sessions, caller }: McpCall,
  sessionId: string,
  { seq, commandId }: Which,
): Promise<Interaction> {
  const { interactions } = await sessions.show(caller.scope, sessionId);
  const found =
    seq === undefined && commandId === undefined
      ? interactions.at(-1)
      : interactions.findLast(
          (turn) =>
            (seq === undefined || turn.seq === seq) && (commandId === undefined || turn.commandId === commandId),
        );
  if (found !== undefined) return found;
  throw nothing('this session has no such turn', 'ask about "session" for its turns');
}

function headOf(detail: SessionDetail): object {
  const { sessionId, type, context, component, status, mode, step, seq, waitingOn, state, failure } = detail;
  const { branch, commit, pullRequest } = state;
  return {
    ...{ sessionId, type, context, component, status, mode, step, seq, waitingOn },
    ...(detail.parentSessionId === null ? {} : { parentSessionId: detail.parentSessionId }),
    ...(failure === null ? {} : { failure: `${failure.kind}: ${clip(failure.message, MAX_REASON)}` }),
    ...{ branch, commit },
    ...(pullRequest?.url === undefined ? {} : { pullRequest: pullRequest.url }),
  };
}

function turnLine({ seq, step, status, commandId, failure, result }: Interaction): object {
  const outputs = (result?.outputs ?? []).slice(0, 5).map((output) => ({
    name: clip(output.name, 60),
    ...('ref' in output ? { outputId: output.ref.id, bytes: output.ref.bytes } : {}),
  }));
  return {
    ...{ seq, step, status, commandId },
    ...(failure === null ? {} : { failure: `${failure.kind}: ${clip(failure.message, MAX_REASON)}` }),
    ...(outputs.length === 0 ? {} : { outputs }),
  };
}

function childLine({
  sessionId,
  type,
  component,
  attempt,
  status,
  waitingOn,
}: SessionDetail['children'][number]): object {
  return { child: component ?? type, sessionId, attempt, status, waitingOn };
}

function nothing(message: string, fix: string): RefusedError {
  return new RefusedError({ code: 'not_found', message, fix });
}
