import type { StepFacts } from '../domain/facts.js';
import type { SessionTypeName, Waiver } from '../domain/session.js';

const TITLES: Readonly<Record<SessionTypeName, (subject: string) => string>> = {
  contextDesign: (subject) => `Design ${subject}`,
  contextComponentsDesign: (subject) => `Design the components of ${subject}`,
  contextTesting: (subject) => `Test ${subject}`,
  contextCoding: (subject) => `Implement ${subject}`,
  componentDesign: (subject) => `Design ${subject}`,
  componentDesignReview: (subject) => `Review the designs of ${subject}`,
  componentTesting: (subject) => `Test ${subject}`,
  componentCoding: (subject) => `Implement ${subject}`,
};

/** Title of the commit and of the pull request: `Implement Billing`, `Test Billing/Money`. */
export function deliveryTitle({ session: { type, context, component } }: StepFacts): string {
  return TITLES[type](component === null ? context : `${context}/${component}`);
}

/** Title and body of a delivery; for a plain remote these, with git's compare text, are the pull request. */
export function pullRequestText(
  facts: StepFacts,
  { branch, baseBranch, files }: { branch: string; baseBranch: string; files: readonly string[] },
): { readonly title: string; readonly body: string } {
  const body = [
    `Branch \`${branch}\` into \`${baseBranch}\`.`,
    `Delivered:\n\n${files.map((file) => `- \`${file}\``).join('\n')}`,
    work(facts),
    checks(facts),
    ...waivers(facts.session.waivers),
    `Specwright-Session: ${facts.session.id}`,
  ];
  return { title: deliveryTitle(facts), body: body.join('\n\n') };
}

/** What each component took. */
function work({ session, components, component, children, fixRounds }: StepFacts): string {
  const newest = new Map(children.map((child) => [child.component, child]));
  const rows =
    session.component === null
      ? components.map(({ name, type }) => {
          const child = newest.get(name);
          return [name, type, child?.attempt ?? '–', child?.fixRounds ?? '–'];
        })
      : [[session.component, component?.type ?? '–', session.attempt, fixRounds]];
  const table = [
    'component | type | attempts | rounds of fixing',
    '--- | --- | --- | ---',
    ...rows.map((row) => row.join(' | ')),
  ];
  const review = newest.get('*');
  const reviewed =
    review === undefined ? '' : `\n\nThe review approved every design; it took ${review.attempt} of them.`;
  return `${table.map((row) => `| ${row} |`).join('\n')}${reviewed}`;
}

function checks({ session: { type, state } }: StepFacts): string {
  const { tests } = state;
  if (tests === undefined) return 'Every document listed was parsed and is valid.';
  const ran = `${tests.executed} tests ran on this branch`;
  if (tests.red === 0) return `${ran}, and none failed.`;
  const isTesting = type === 'componentTesting' || type === 'contextTesting';
  return isTesting
    ? `${ran}. Those of ${tests.red} components fail, and only because their implementation is not there yet.`
    : `${ran}.`;
}

function waivers(all: readonly Waiver[]): readonly string[] {
  if (all.length === 0) return [];
  const lines = all.map(
    ({ component, userId, reason }) => `- ${component}: ${oneLine(reason)} (decided by ${oneLine(userId)})`,
  );
  return [`Waived by an operator, and **not** part of this:\n\n${lines.join('\n')}`];
}

/** An operator's words stay inside their line. */
function oneLine(text: string): string {
  return text
    .replace(/[`|<>]/g, '')
    .replace(/\s+/g, ' ')
    .slice(0, 500)
    .toWellFormed();
}
