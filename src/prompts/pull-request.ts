import type { StepFacts } from '../domain/facts.js';
import type { PullRequest } from '../domain/session.js';

/** Title and body of the delivery; for a plain remote this text, with git's compare text, is the pull request. */
export function pullRequestText(facts: StepFacts, branch: string, commit: string, compare: string): PullRequest {
  const { session, project, components, children } = facts;
  const newest = new Map(children.map((child) => [child.component, child]));
  const rows =
    session.component === null
      ? components.map(({ name, type }) => {
          const child = newest.get(name);
          return `| ${name} | ${type} | ${child?.attempt ?? '–'} | ${child?.fixRounds ?? '–'} |`;
        })
      : [`| ${session.component} | ${facts.component?.type ?? '–'} | ${session.attempt} | – |`];
  const body = [
    `Branch \`${branch}\` into \`${project.defaultBranch}\`, tip \`${commit}\`.`,
    '| component | type | attempts | rounds of fixing |\n| --- | --- | --- | --- |\n' + rows.join('\n'),
    'The tests of every component listed passed on this branch.',
    `Specwright-Session: ${session.id}`,
  ];
  return { title: `Implement ${session.component ?? session.context}`, body: body.join('\n\n'), compare };
}
