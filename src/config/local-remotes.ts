import type { z } from 'zod';
import { text } from './values.js';

/** Folders by absolute path, or one word for all or none of them. */
const schema: z.ZodType<'any' | readonly string[] | null> = text
  .transform((value) => {
    if (value === 'any') return value;
    return value === 'none' ? [] : value.split(',').map((one) => one.trim().replace(/\/+$/, ''));
  })
  .refine(
    (value) => value === 'any' || value.every((folder) => folder.startsWith('/') && !folder.split('/').includes('..')),
    'is neither any nor none nor a list of absolute paths',
  );

/** The row of `SPECWRIGHT_LOCAL_REMOTES`; unset is not `none`: the embedded stack takes any. */
export const LOCAL_REMOTES = {
  group: 'agent' as const,
  schema,
  fallback: null,
  default: '`none`, on an embedded Postgres `any`',
  meaning:
    'remotes on the executor’s own disk that projects may have: `any`, `none`, or absolute paths of their folders',
  fix: 'give absolute paths separated by commas, for example /srv/git, or any, or none',
};
