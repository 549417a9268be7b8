import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { fieldName } from '../../schemas/project-file.js';
import { issueFaults } from '../../schemas/zod-faults.js';

interface RequestFault {
  readonly field: string;
  readonly message: string;
  readonly expected: string;
}

/** A part of a request that is not as its schema says. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
  constructor(
    readonly part: string,
    readonly faults: readonly [RequestFault, ...RequestFault[]],
  ) {
    super(`${faults[0].field} ${faults[0].message}`);
  }
}

const MAX_SHOWN = 200;
const MAX_FAULTS = 20;
const clip = (text: string): string => (text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1)}…`);

/** Checks with zod and tells every fault with what was expected. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart = 'body' }) =>
  (data: unknown) => {
    // An absent body is a wrong value, not a value that needs no look.
    const parsed = schema.safeParse(data);
    if (parsed.success) return { value: parsed.data };
    const faults = issueFaults(parsed.error.issues.slice(0, MAX_FAULTS).map(withFewKeys), schema, data)
      .slice(0, MAX_FAULTS)
      .map(({ path, message, expected }): RequestFault => ({
        field: clip(fieldName(path) || httpPart),
        message: clip(message),
        expected: clip(expected === 'another value' ? message.replace(/^must be /, '') : expected),
      }));
    const [first = { field: httpPart, message: 'is not valid', expected: 'what is documented' }, ...more] = faults;
    return { error: new InvalidRequest(httpPart, [first, ...more]) };
  };

/** One issue names every unknown key there is, and each would be compared with the known ones. */
function withFewKeys(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  return issue.code === 'unrecognized_keys' ? { ...issue, keys: issue.keys.slice(0, MAX_FAULTS) } : issue;
}
