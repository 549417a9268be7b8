import { WHOLE_CONTEXT } from '../domain/children.js';
import type { StepFacts } from '../domain/facts.js';
import { fileUrl } from '../domain/forge.js';
import { SESSION_TYPES } from '../domain/session-types/catalog.js';

/** Title of the commit and of the pull request: `Implement Billing`, `Test Billing/Money`. */
export function deliveryTitle({ session: { type, context, component } }: StepFacts): string {
  return `${SESSION_TYPES[type].title} ${component === null ? context : `${context}/${component}`}`;
}

/** Title and body of a delivery; for a plain remote these, with git's compare text, are the pull request. */
export function pullRequestText(
  facts: StepFacts,
  { branch, baseBranch, files }: { branch: string; baseBranch: string; files: readonly string[] },
): { readonly title: string; readonly body: string } {
  const body = [
    `Branch \`${branch}\` into \`${baseBranch}\`.`,
    `Delivered:\n\n${files.map((file) => `- ${linked(facts, branch, file)}`).join('\n')}`,
    work(facts),
    ...checks(facts),
    ...unchecked(facts),
    `Specwright-Session: ${facts.session.id}`,
  ];
  return { title: deliveryTitle(facts), body: body.join('\n\n') };
}

function linked({ project: { forge } }: StepFacts, branch: string, file: string): string {
  return forge === null ? `\`${file}\`` : `[\`${file}\`](${fileUrl(forge, branch, file)})`;
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
  const head = ['component | type | attempts | rounds of fixing', '--- | --- | --- | ---'];
  const review = newest.get(WHOLE_CONTEXT);
  const reviewed = review === undefined ? '' : `\n\nReview ${review.attempt} approved every design that is listed.`;
  return `${[...head, ...rows.map((row) => row.join(' | '))].map((row) => `| ${row} |`).join('\n')}${reviewed}`;
}

function checks({ session: { type, state } }: StepFacts): readonly string[] {
  const { tests } = state;
  const isCode = SESSION_TYPES[type].delivers.some((what) => what === 'tests' || what === 'implementation');
  if (!isCode) return ['Every document listed was parsed and is valid.'];
  // Judged by a release that did not count.
  if (tests === undefined) return [];
  const ran = `${tests.executed} tests ran on this branch`;
  if (tests.red === 0) return [`${ran}, and none failed.`];
  return [`${ran}. Those of ${tests.red} components fail, and only because their implementation is not there yet.`];
}

/** What may be on the branch without having been found right. */
function unchecked({ session, components, children }: StepFacts): readonly string[] {
  const known = new Set(components.map(({ name }) => name));
  const waived = session.waivers.map(
    ({ component, userId, reason }) => `- ${component}: ${quoted(reason)}, decided by ${quoted(userId)}`,
  );
  const removed = children
    .filter(({ component }) => !known.has(component) && component !== WHOLE_CONTEXT)
    .map(({ component }) => `- ${component}`);
  const list = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`${title}\n\n${lines.join('\n')}`];
  return [
    ...list('Waived by an operator: not checked, and what was merged of them before is **not approved**:', waived),
    ...list('No longer in the project, and not checked:', removed),
  ];
}

/** An operator's words as a code span: on a forge nothing in them is a mention, a link or a keyword. */
function quoted(text: string): string {
  const line = text
    .replace(/[`|<>]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 500)
    .toWellFormed();
  return `\`${line}\``;
}
