import { z } from 'zod';
import type { Command } from '../domain/command.js';
import { FORGE_TYPES } from '../domain/forge.js';
import { SESSION_TYPE_NAMES } from '../domain/session.js';

// Commands as they are answered. Nothing is checked with these; `CommandIsTheType` keeps them equal to domain/command.ts.

const object = <S extends z.ZodRawShape>(shape: S) => z.object(shape).readonly();
const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const texts = list(z.string());

const largeText = object({ sha256: z.string(), bytes: z.int() });
const scriptLine = object({
  argv: texts,
  cwd: z.string(),
  stdin: z.union([z.string(), largeText]).exactOptional(),
  timeoutMs: z.number(),
  okExitCodes: list(z.int()),
});

const expects = object({
  files: list(object({ path: z.string(), why: z.string() })),
  testReports: list(
    object({
      path: z.string(),
      output: z.string(),
      component: z.string(),
      testFile: z.string(),
      log: object({ path: z.string(), output: z.string() }).exactOptional(),
    }),
  ),
  documents: list(
    object({
      path: z.string(),
      output: z.string(),
      type: z.enum(['context', 'component', 'review']),
      component: z.string().nullable(),
    }),
  ).exactOptional(),
  restored: texts.exactOptional(),
  base: object({ commit: z.string(), paths: texts }).exactOptional(),
});

const workspace = { remote: z.string(), branch: z.string(), baseBranch: z.string(), push: z.boolean() };
const agent = object({
  ...workspace,
  context: z.string(),
  component: z.string().nullable(),
  turn: z.int(),
  prompt: z.union([z.string(), largeText]),
  fresh: z.boolean().exactOptional(),
  conversationId: z.string().nullable().exactOptional(),
});
const finalize = object({
  ...workspace,
  files: texts,
  judged: list(object({ path: z.string(), sha256: z.string() })).exactOptional(),
  message: z.string(),
  trailers: object({ session: z.string(), step: z.string() }),
  pullRequest: object({
    forge: object({ type: z.enum(FORGE_TYPES), apiUrl: z.string(), repository: z.string() }),
    title: z.string(),
    body: z.string(),
  })
    .nullable()
    .exactOptional(),
});
const spawn = object({
  ...workspace,
  childSessionIds: texts,
  children: list(
    object({
      sessionId: z.string(),
      type: z.enum(SESSION_TYPE_NAMES).exactOptional(),
      component: z.string(),
      attempt: z.int(),
      dependsOn: texts,
    }),
  ),
  removed: texts,
});

const base = {
  id: z.string(),
  sessionId: z.string(),
  seq: z.int(),
  step: z.string(),
  title: z.string(),
  script: list(scriptLine),
  cwd: z.string(),
  timeoutMs: z.number(),
  expects,
  promptVersion: z.string().nullable(),
};
const kind = <K extends string, M extends z.ZodType>(name: K, metadata: M) =>
  object({ ...base, kind: z.literal(name), metadata });

/** What to run, as data. */
export const commandSchema = z.union([
  kind('prepare_workspace', object(workspace)),
  kind('agent', agent),
  kind('check_document', object(workspace)),
  kind('run_tests', object(workspace)),
  kind('spawn_children', spawn),
  kind('finalize', finalize),
]);
z.globalRegistry.add(commandSchema, { id: 'Command' });

type Same<A, B> = [A, B] extends [B, A] ? true : false;
type Proof<Yes extends true> = Yes;
/** @public Fails to compile when what is answered and what is documented drift apart. */
export type CommandIsTheType = Proof<Same<z.infer<typeof commandSchema>, Command>>;
