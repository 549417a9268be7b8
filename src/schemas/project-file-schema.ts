import { z } from 'zod';
import { BOUND_NAMES, type BoundName, MAX_BOUND } from '../domain/bounds.js';
import { FORGE_TYPES, type ForgeType } from '../domain/forge.js';
import { lineFault, textFault } from '../domain/json.js';
import {
  BRANCH_PATTERN,
  COMPONENT_TYPE,
  componentTypeFault,
  isBranch,
  isRepositoryPath,
  MAX_NAME,
  MAX_TYPE,
  NAME,
  nameFault,
} from '../domain/names.js';
import { remoteFault } from '../domain/remote.js';
import { SESSION_TYPE_NAMES } from '../domain/session.js';
import { customFaults } from '../domain/toolchains/custom.js';
import { BUILT_IN_TOOLCHAINS } from '../domain/toolchains/toolchain.js';
import { apiUrlFault, repositoryFault } from './remote.js';
import type { Fault } from './zod-faults.js';

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

/** The same for several places in one value. */
const checkAll =
  <T>(faults: (value: T) => readonly Fault[]) =>
  (context: z.core.ParsePayload<T>): void => {
    for (const { path, message, expected } of faults(context.value)) {
      context.issues.push({ code: 'custom', input: context.value, path: [...path], message, params: { expected } });
    }
  };

const bounded = (max: number): z.ZodString => z.string().min(1).max(max);

// What the OpenAPI document can say of these checks, as patterns.
const WITHOUT_CONTROLS = { pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' };
const type = { minLength: 1, maxLength: MAX_TYPE, pattern: COMPONENT_TYPE.source };

const oneLine = (max: number, expected: string) =>
  bounded(max).check(check(lineFault, expected)).meta(WITHOUT_CONTROLS);
const line = oneLine(MAX_LINE, 'one line of text');
const prose = bounded(MAX_TEXT)
  .check(check(textFault, 'text without U+0000 and lone surrogates'))
  .meta({ pattern: '^[^\\u0000]*$' });
const name = z
  .string()
  .check(check(nameFault, 'a name like Billing or Billing.LineItem'))
  .meta({ minLength: 1, maxLength: MAX_NAME, pattern: NAME.source });
const remote = bounded(1000).check(
  check(remoteFault, 'an https, ssh or file URL, user@host:path, or a path, without credentials'),
);
const branch = z
  .string()
  .check(check((value) => (isBranch(value) ? null : 'is not a branch name'), 'a branch name like main'))
  .meta({ minLength: 1, maxLength: 200, pattern: BRANCH_PATTERN });
const componentType = z.string().check(check(componentTypeFault, 'letters, digits, spaces, _ and -')).meta(type);
const ruleComponentType = z
  .string()
  .check(
    check(
      (value) => (value === '*' ? null : componentTypeFault(value)),
      '* or a component type: letters, digits, spaces, _ and -',
    ),
  )
  .meta({ ...type, pattern: `^\\*$|${type.pattern}` });
const names = z.array(name).max(200);

/** Where pull requests are opened, by the API; the token is never part of it. */
const forge = z
  .strictObject({
    type: z.enum(FORGE_TYPES),
    repository: bounded(300),
    apiUrl: bounded(1000)
      .check(check(apiUrlFault, 'an https URL without credentials; http for localhost only'))
      .exactOptional(),
  })
  .check(checkAll(forgeFaults));

function forgeFaults({ type, repository }: { type: ForgeType; repository: string }): readonly Fault[] {
  const message = repositoryFault(repository, type);
  const expected = type === 'github' ? 'owner/name' : 'group/name or group/subgroup/name';
  return message === null ? [] : [{ path: ['repository'], message, expected }];
}

const limit = z.int().min(1).max(MAX_BOUND).exactOptional();
const bounds = z.strictObject(
  Object.fromEntries(BOUND_NAMES.map((bound) => [bound, limit])) as Record<BoundName, typeof limit>,
);

const argument = oneLine(1000, 'one argument');
const customToolchain = z
  .strictObject({
    implementation: line,
    test: line,
    testArgv: z.array(argument).min(1).max(100),
    missing: z.array(line).max(20).default([]),
  })
  .check(checkAll(customFaults));
const toolchain = z.union([z.enum(BUILT_IN_TOOLCHAINS), z.strictObject({ custom: customToolchain })]);

const component = z.strictObject({
  name,
  type: componentType,
  description: prose,
  priority: z.int().min(-1000).max(1000).default(0),
  dependsOn: names.default([]),
});

const story = z.strictObject({
  title: line,
  text: prose,
  acceptanceCriteria: z.array(prose).max(100).default([]),
});

const context = z.strictObject({
  name,
  description: prose,
  dependsOn: names.default([]),
  components: z.array(component).max(500).default([]),
  stories: z.array(story).max(500).default([]),
});

/** Written here, or in a markdown file of its own, which says everything itself. */
const rule = z
  .strictObject({
    file: line
      .check(
        check((value) => (isRepositoryPath(value) ? null : 'is no path below this file'), 'a relative path without ..'),
      )
      .exactOptional(),
    name: line.exactOptional(),
    componentType: ruleComponentType.exactOptional(),
    sessionType: z.enum(['*', ...SESSION_TYPE_NAMES]).exactOptional(),
    text: prose.exactOptional(),
  })
  .check(checkAll(ruleFaults));

function ruleFaults(rule: { readonly [key: string]: string | undefined }): readonly Fault[] {
  if (rule['file'] === undefined) {
    const missing = ['name', 'text'].filter((key) => rule[key] === undefined);
    return missing.map((key) => ({ path: [key], message: 'is missing', expected: 'text, or only `file`' }));
  }
  const more = Object.keys(rule).filter((key) => key !== 'file');
  return more.map((key) => {
    const expected = `${key === 'name' ? 'the title' : 'it'} in ${rule['file']}`;
    return { path: [key], message: 'stands beside `file`', expected };
  });
}

/** `specwright.yaml` as it is written; components and stories stand under the context they belong to. */
export const projectFileSchema = z.strictObject({
  project: z.strictObject({
    name: line,
    description: prose,
    toolchain,
    remote,
    defaultBranch: branch.default('main'),
    forge: forge.exactOptional(),
    bounds: bounds.default({}),
  }),
  contexts: z.array(context).min(1).max(200),
  rules: z.array(rule).max(500).default([]),
});
export type ProjectFileContent = z.infer<typeof projectFileSchema>;
