import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readJsonIfThere, writePrivateFile } from './private-file.js';
const scopeSchema = z.object({ accountId: z.uuid(), projectId: z.uuid(), userId: z.uuid() });
const stackSchema = z.object({
    temporal: z.object({ address: z.string(), namespace: z.string(), webUi: z.string().nullable() }),
    database: z.object({ ownerUrl: z.string().nullable(), rwUrl: z.string(), roUrl: z.string() }),
    /** The development scope: made once per data folder. */
    scope: scopeSchema,
    taskQueue: z.string(),
    executorQueue: z.string(),
    /** Null for what was given and not started here. */
    pids: z.object({ owner: z.number(), temporal: z.number().nullable(), postgres: z.number().nullable() }),
});
export const stackFilePath = (dataDir) => join(dataDir, 'stack.json');
/** The stack that was last started here, or null; it may have been killed since. */
export async function readStackFile(dataDir) {
    const parsed = stackSchema.safeParse(await readJsonIfThere(stackFilePath(dataDir)));
    return parsed.success ? parsed.data : null;
}
export async function writeStackFile(dataDir, stack) {
    await writePrivateFile(stackFilePath(dataDir), `${JSON.stringify(stack, null, 2)}\n`);
}
/** The scope a developer works in, the same in every run on this data folder. */
export async function developmentScope(dataDir) {
    const path = join(dataDir, 'scope.json');
    const parsed = scopeSchema.safeParse(await readJsonIfThere(path));
    if (parsed.success)
        return parsed.data;
    const scope = { accountId: randomUUID(), projectId: randomUUID(), userId: randomUUID() };
    await writePrivateFile(path, `${JSON.stringify(scope)}\n`);
    return scope;
}
