import { z } from 'zod';
import { textFault } from '../domain/json.js';
import { isBranch, nameFault } from '../domain/names.js';
import { BUILT_IN_TOOLCHAINS } from '../domain/toolchains/toolchain.js';
import { SESSION_TYPE_NAMES } from '../domain/session.js';
import { remoteFault } from './remote.js';

const MAX_LINE = 200;
const MAX_TEXT = 20_000;

/** A check that says what is wrong and what was expected; see `zod-faults.ts`. */
const check =
  (fault: (value: string) => string | null, expected: string) =>
  (context: z.core.ParsePayload<string>): void => {
    const message = fault(context.value);
    if (message === null) return;
    context.issues.push({ code: 'custom', input: context.value, message, params: { expected } });
  };

const bounded = (max: number): z.ZodString => z.string().min(1).max(max);

const line = bounded(MAX_LINE).check(
  check(
    (value) => textFault(value) ?? (/\p{Cc}/u.test(value) ? 'holds a control character' : null),
    'one line of text',
  ),
);
const prose = bounded(MAX_TEXT).check(check(textFault, 'text without U+0000 and lone surrogates'));
const name = z.string().check(check(nameFault, 'a name like Billing or Billing.LineItem'));
const remote = bounded(1000).check(
  check(remoteFault, 'an https, ssh or file URL, user@host:path, or a path, without credentials'),
);
const branch = z
  .string()
  .check(check((value) => (isBranch(value) ? null : 'is not a branch name'), 'a branch name like main'));
const COMPONENT_TYPE = /^[A-Za-z][A-Za-z0-9 _-]*$/;
const componentType = line.check(
  check((value) => (COMPONENT_TYPE.test(value) ? null : 'is not a component type'), 'letters, digits, spaces, _ and -'),
);
const ruleComponentType = line.check(
  check(
    (value) => (value === '*' || COMPONENT_TYPE.test(value) ? null : 'is not a component type'),
    '* or a component type: letters, digits, spaces, _ and -',
  ),
);

const component = z.strictObject({
  name,
  type: componentType,
  description: prose,
  priority: z.int().min(-1000).max(1000).default(0),
  dependsOn: z.array(name).max(200).default([]),
});

const story = z.strictObject({
  title: line,
  text: prose,
  acceptanceCriteria: z.array(prose).max(100).default([]),
});

const context = z.strictObject({
  name,
  description: prose,
  components: z.array(component).max(500).default([]),
  stories: z.array(story).max(500).default([]),
});

const rule = z.strictObject({
  name: line,
  componentType: ruleComponentType.default('*'),
  sessionType: z.enum(['*', ...SESSION_TYPE_NAMES]).default('*'),
  text: prose,
});

/** `specwright.yaml` as it is written; components and stories stand under the context they belong to. */
export const projectFileSchema = z.strictObject({
  project: z.strictObject({
    name: line,
    description: prose,
    toolchain: z.enum(BUILT_IN_TOOLCHAINS),
    remote,
    defaultBranch: branch.default('main'),
  }),
  contexts: z.array(context).min(1).max(200),
  rules: z.array(rule).max(500).default([]),
});
export type ProjectFileContent = z.infer<typeof projectFileSchema>;
