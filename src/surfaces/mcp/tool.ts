import { z } from 'zod';
import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import { RefusedError } from '../../api/sessions.js';
import type { Role } from '../../domain/access.js';
import type { McpCall } from './mcp-deps.js';

/** One tool: what it takes, who may use it, and the use case it stands for. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly role: Role;
  readonly annotations: ToolAnnotations;
  readonly inputSchema: { readonly type: 'object'; readonly [key: string]: unknown };
  /** The answer is at most 4 KiB of JSON. Throws what the use cases throw. */
  run(call: McpCall, input: unknown): Promise<object>;
}

export type Hints = Required<Pick<ToolAnnotations, 'readOnlyHint' | 'destructiveHint' | 'idempotentHint'>>;

export function tool<S extends z.ZodObject>(
  about: Pick<Tool, 'name' | 'title' | 'description' | 'role'> & {
    readonly hints: Hints;
    readonly input: S;
    run(call: McpCall, input: z.infer<S>): Promise<object>;
  },
): Tool {
  const { name, title, description, role, hints, input, run } = about;
  // Draft 7 is what clients of MCP read everywhere.
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
  return {
    ...{ name, title, description, role },
    annotations: { title, ...hints, openWorldHint: false },
    inputSchema: { ...schema, type: 'object' },
    run: async (call, given) => run(call, parse(name, input, given)),
  };
}

function parse<S extends z.ZodObject>(name: string, schema: S, given: unknown): z.infer<S> {
  const parsed = schema.safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new RefusedError({
    code: 'invalid_input',
    message: `${field === '' ? 'the arguments' : field}: ${issue?.message.slice(0, 500) ?? 'not valid'}`,
    fix: `see the input schema of ${name}`,
    ...(field === '' ? {} : { field: field.slice(0, 200) }),
  });
}
