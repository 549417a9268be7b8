import { isRepositoryPath, moduleOf, pathOf, snakePathOf } from '../names.js';
import type { CustomToolchain, Toolchain } from './toolchain.js';

/** The forms in which a template may ask for a name; `Billing.LineItem` becomes what is said beside each. */
const FORMS = {
  /** `billing/line-item` */
  '': pathOf,
  /** `billing/line_item` */
  _snake: snakePathOf,
  /** `billing.line_item` */
  _dotted: (name: string) => snakePathOf(name).replaceAll('/', '.'),
  /** `Billing.LineItem` */
  _module: moduleOf,
} as const;
const suffixes = Object.keys(FORMS) as readonly (keyof typeof FORMS)[];

const CONTEXT = suffixes.map((suffix) => `context${suffix}`);
const COMPONENT = suffixes.map((suffix) => `component${suffix}`);
const NAMES = [...CONTEXT, ...COMPONENT];
const RUN = ['test', 'report', 'log'];
/** A brace with anything else in it, JSON for instance, is left as it is. */
const PLACEHOLDER = /\{([A-Za-z_]+)\}/g;

export function custom(spec: CustomToolchain): Toolchain {
  return {
    implementationPath: (context, component) => fill(spec.implementation, namesOf(context, component)),
    testPath: (context, component) => fill(spec.test, namesOf(context, component)),
    testArgv: (test, report, log) => spec.testArgv.map((argument) => fill(argument, { test, report, log })),
    okExitCodes: [0, 1, 2],
    saysMissing(text, context, component) {
      const names = namesOf(context, component);
      return spec.missing.some((template) => text.includes(fill(template, names)));
    },
    nameFault: () => null,
    fileHidesFolder: false,
  };
}

/** What is wrong with a template, at its place in the toolchain. */
export interface TemplateFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly expected: string;
}

export function customFaults(spec: CustomToolchain): readonly TemplateFault[] {
  const paths = (['implementation', 'test'] as const).flatMap((key) => pathFaults([key], spec[key]));
  const missing = spec.missing.flatMap((template, index) => nameFaults(['missing', index], template));
  const argv = spec.testArgv.flatMap((argument, index) => unknown(['testArgv', index], argument, RUN));
  const unused = ['test', 'report'].filter((name) => !spec.testArgv.some((argument) => argument.includes(`{${name}}`)));
  const lacking = unused.map((name) => {
    const message = `has no {${name}}`;
    return { path: ['testArgv'], message, expected: 'one argument with {test} and one with {report}' };
  });
  const faults = [...paths, ...(argv.length > 0 ? argv : lacking), ...missing];
  if (faults.length > 0 || spec.test !== spec.implementation) return faults;
  return [{ path: ['test'], message: 'is the path of the implementation', expected: 'a path of its own' }];
}

function pathFaults(path: readonly PropertyKey[], template: string): readonly TemplateFault[] {
  const faults = nameFaults(path, template);
  if (faults.length > 0) return faults;
  const sample = fill(template, namesOf('a', 'a'));
  if (isRepositoryPath(sample) && !sample.startsWith('-')) return [];
  return [{ path, message: 'is no path inside the repository', expected: 'a relative path without .. and .git' }];
}

/** Without the component in it, one path would be every component's, and any failure would be a missing implementation. */
function nameFaults(path: readonly PropertyKey[], template: string): readonly TemplateFault[] {
  const faults = unknown(path, template, NAMES);
  if (faults.length > 0 || COMPONENT.some((name) => template.includes(`{${name}}`))) return faults;
  return [{ path, message: 'does not name the component', expected: `one of ${listed(COMPONENT)}` }];
}

function unknown(path: readonly PropertyKey[], template: string, known: readonly string[]): readonly TemplateFault[] {
  const wrong = [...template.matchAll(PLACEHOLDER)].find(([, name = '']) => !known.includes(name));
  if (wrong === undefined) return [];
  return [{ path, message: `has the unknown placeholder ${wrong[0]}`, expected: `one of ${listed(known)}` }];
}

const listed = (names: readonly string[]): string => names.map((name) => `{${name}}`).join(', ');

function namesOf(context: string, component: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    suffixes.flatMap((suffix) => [
      [`context${suffix}`, FORMS[suffix](context)],
      [`component${suffix}`, FORMS[suffix](component)],
    ]),
  );
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(PLACEHOLDER, (whole, name: string) => (Object.hasOwn(values, name) ? values[name]! : whole));
}
