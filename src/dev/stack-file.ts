import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Scope } from '../domain/scope.js';
import { readJsonIfThere, writePrivateFile } from './private-file.js';

const scopeSchema = z.object({ accountId: z.uuid(), projectId: z.uuid(), userId: z.uuid() });

const stackSchema = z.object({
  temporal: z.object({ address: z.string(), namespace: z.string(), webUi: z.string().nullable() }),
  database: z.object({ ownerUrl: z.string().nullable(), rwUrl: z.string(), roUrl: z.string() }),
  /** The development scope: made once per data folder. */
  scope: scopeSchema,
  taskQueue: z.string(),
  executorQueue: z.string(),
  /** Of the HTTP API; null while none is served. */
  httpUrl: z.string().nullable().default(null),
  /** Null for what was given and not started here. */
  pids: z.object({ owner: z.number(), temporal: z.number().nullable(), postgres: z.number().nullable() }),
});

/** What `stack.json` says: how to reach a running stack. It holds passwords and is readable by its owner only. */
export type StackFile = z.infer<typeof stackSchema>;

export const stackFilePath = (dataDir: string): string => join(dataDir, 'stack.json');

/** The stack that was last started here, or null; it may have been killed since. */
export async function readStackFile(dataDir: string): Promise<StackFile | null> {
  const parsed = stackSchema.safeParse(await readJsonIfThere(stackFilePath(dataDir)));
  return parsed.success ? parsed.data : null;
}

export async function writeStackFile(dataDir: string, stack: StackFile): Promise<void> {
  await writePrivateFile(stackFilePath(dataDir), `${JSON.stringify(stack, null, 2)}\n`);
}

/** Tells where the running stack's HTTP API is. */
export async function writeHttpUrl(dataDir: string, httpUrl: string): Promise<void> {
  const stack = await readStackFile(dataDir);
  if (stack) await writeStackFile(dataDir, { ...stack, httpUrl });
}

/** The scope a developer works in, the same in every run on this data folder. */
export async function developmentScope(dataDir: string): Promise<Scope> {
  const path = join(dataDir, 'scope.json');
  const parsed = scopeSchema.safeParse(await readJsonIfThere(path));
  if (parsed.success) return parsed.data;
  const scope: Scope = { accountId: randomUUID(), projectId: randomUUID(), userId: randomUUID() };
  await writePrivateFile(path, `${JSON.stringify(scope)}\n`);
  return scope;
}
