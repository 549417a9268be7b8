import { isDone, WHOLE_CONTEXT } from '../domain/children.js';
import { reviewPath } from '../domain/design-paths.js';
import type { ExpectedDocument, PlannedChild } from '../domain/command.js';
import type { StepFacts } from '../domain/facts.js';
import { tail } from '../domain/failures.js';
import type { JudgeInput } from '../domain/judging.js';
import type { ChargedComponent, Verdict } from '../domain/session.js';
import { verdictErrors } from '../documents/parse-document.js';
import { documentFailure, judgeDocument } from './document-verdict.js';
import { passed, unsure } from './judge.js';
import { nextAttempt, planChildren, type Plan } from './plan-children.js';
import { componentDesigns, lookAtDesign } from './spawn-component-sessions.js';
import { chargedVerdict, spawnStep } from './spawn-step.js';
import { notWaived } from './waived.js';

/**
 * Has all designs reviewed together. Designs that the last review sent back are designed again first, and a new review
 * runs when they are in; each round is one turn of this step.
 */
export const spawnReviewSession = spawnStep('SpawnReviewSession', {
  title: ({ children }, { session }) =>
    children.length > 1
      ? `Revise ${children.length - 1} designs of ${session.context}, then review all`
      : `Review the designs of ${session.context}`,
  plan,
  script: () => [],
  expects: (facts) => ({ files: [], testReports: [], documents: [...componentDesigns(facts), review(facts)] }),
  look: lookAtDesign,
  whole: judgeReview,
});

function plan(facts: StepFacts): Plan {
  const planned = planChildren(facts);
  if (!planned.ok) return planned;
  const last = facts.children.find(({ component }) => component === WHOLE_CONTEXT);
  if (planned.children.length === 0 && isDone(last)) return planned;
  const child: PlannedChild = {
    ...nextAttempt(facts.session.id, WHOLE_CONTEXT, last),
    type: 'componentDesignReview',
    dependsOn: planned.children.map(({ component }) => component),
  };
  return { ...planned, children: [...planned.children, child] };
}

function review({ session: { context } }: StepFacts): ExpectedDocument {
  return { path: reviewPath(context), output: 'review', type: 'review', component: null };
}

/** Only what is marked `revise` goes back, with its findings; the review is about the old designs then, and goes too. INV-27. */
function judgeReview({ facts, outputs }: JudgeInput): Verdict {
  const expected = review(facts);
  const outcome = judgeDocument({ ...expected, type: 'review' }, outputs);
  if (outcome.kind === 'missing') return unsure(outcome.failure);
  if (outcome.kind === 'invalid') return chargedVerdict([{ component: WHOLE_CONTEXT, failure: outcome.failure }]);
  const { document } = outcome;
  const errors = verdictErrors(
    document,
    notWaived(facts).map(({ name }) => name),
  );
  if (errors.length > 0) {
    return chargedVerdict([{ component: WHOLE_CONTEXT, failure: documentFailure(expected.path, errors) }]);
  }
  const revised = document.verdicts.flatMap(({ component, verdict, findings }): readonly ChargedComponent[] => {
    if (verdict === 'approve') return [];
    const message = `the review asks for a revision of ${component}`;
    return [{ component, failure: { kind: 'review_rejected', message, detail: tail(findings), ids: [component] } }];
  });
  if (revised.length === 0) return passed();
  const verdict = chargedVerdict(revised, 'review_rejected');
  const outdated = {
    kind: 'review_rejected',
    message: `its findings about ${revised.map(({ component }) => component).join(', ')} are being mended`,
  } as const;
  return { ...verdict, charged: [...revised, { component: WHOLE_CONTEXT, failure: outdated }] };
}
