import { z } from 'zod';
import type { Json } from '../domain/json.js';
import { flagParam, itemsOf } from './http-common.js';
import { name } from './messages.js';
import { projectFileSchema } from './project-file-schema.js';

const object = <S extends z.ZodRawShape>(shape: S) => z.object(shape).readonly();
const texts = z.array(z.string()).readonly();

export const projectBody = projectFileSchema;
z.globalRegistry.add(projectBody, { id: 'Project', description: 'What specwright.yaml says' });

export const applyQuery = z
  .strictObject({
    dryRun: flagParam.describe('Tell what would change, and write nothing'),
    prune: flagParam.describe('Remove what the body does not have'),
  })
  .partial();

const json = z.unknown() as z.ZodType<Json>;
const fieldChange = object({ field: z.string(), from: json.exactOptional(), to: json.exactOptional() });
export const appliedAnswer = object({
  dryRun: z.boolean(),
  created: texts,
  changed: z.array(object({ name: z.string(), fields: z.array(fieldChange).readonly() })).readonly(),
  removed: texts,
  unchanged: z.number(),
  undeclared: texts.describe('Stays although the body does not have it; `prune` removes it'),
});
z.globalRegistry.add(appliedAnswer, { id: 'Applied' });

export const partsQuery = z.strictObject({ context: name }).partial();
export const contextList = itemsOf(object({ name: z.string(), description: z.string(), dependsOn: texts }));
export const componentList = itemsOf(
  object({
    name: z.string(),
    context: z.string(),
    type: z.string(),
    description: z.string(),
    priority: z.number(),
    dependsOn: texts,
  }),
);
export const storyList = itemsOf(
  object({ context: z.string(), title: z.string(), text: z.string(), acceptanceCriteria: texts }),
);
export const ruleList = itemsOf(
  object({ name: z.string(), componentType: z.string(), sessionType: z.string(), text: z.string() }),
);
