import { componentDesignPath, contextDesignPath, reviewPath } from '../domain/design-paths.js';
import type { ExpectedDocument } from '../domain/command.js';
import type { StepFacts } from '../domain/facts.js';
import type { Failure } from '../domain/failures.js';
import type { JudgeInput, Judgement } from '../domain/judging.js';
import type { ReviewDocument } from '../documents/document.js';
import { verdictErrors } from '../documents/parse-document.js';
import { designedModel } from './designed-model.js';
import { documentFailure, judgeDocument } from './document-verdict.js';
import { admitted, failed, judgedDocuments, passed, unsure } from './judge.js';
import type { Step } from './step.js';
import { notWaived } from './waived.js';
import { cwdOf, subjectOf, workspaceOf } from './workspace.js';

const TIMEOUT_MS = 60_000;
const OUTPUT = 'document';

/** Parses the design; that of a context has to agree with the project model, to which it then adds its components. */
export const validateDesign = checkStep('ValidateDesign', designOf, (input) => {
  const { facts, command } = input;
  const expected = command.expects.documents![0]!;
  const outcome = judgeDocument(expected, input.outputs);
  if (outcome.kind === 'missing') return notThere(input, outcome.failure);
  if (outcome.kind === 'invalid') return failed(outcome.failure);
  if (outcome.document.type !== 'context') return passed();
  const model = designedModel(facts, outcome.document);
  return model.ok ? { ...passed(), designed: model.designed } : failed(documentFailure(expected.path, model.errors));
});

/** Parses the review, which needs a verdict for every component and none for others. */
export const validateReview = checkStep('ValidateReview', reviewOf, (input) => {
  const expected = input.command.expects.documents![0]!;
  const outcome = judgeDocument(expected, input.outputs);
  if (outcome.kind === 'missing') return notThere(input, outcome.failure);
  if (outcome.kind === 'invalid') return failed(outcome.failure);
  const components = notWaived(input.facts).map(({ name }) => name);
  const errors = verdictErrors(outcome.document as ReviewDocument, components);
  return errors.length === 0 ? passed() : failed(documentFailure(expected.path, errors));
});

/** Gone with a lost workspace it has to be written again; a client may only have forgotten to send it. */
function notThere({ source }: JudgeInput, failure: Failure): Judgement {
  return source === 'observed' ? failed(failure) : unsure(failure);
}

function checkStep(
  name: string,
  documentOf: (facts: StepFacts) => ExpectedDocument,
  judge: (input: JudgeInput) => Judgement,
): Step {
  return {
    name,
    buildCommand(facts) {
      const document = documentOf(facts);
      return {
        ok: true,
        command: {
          kind: 'check_document',
          title: `Check ${document.path} of ${subjectOf(facts)}`,
          script: [{ argv: ['cat', document.path], cwd: '.', timeoutMs: TIMEOUT_MS, okExitCodes: [0] }],
          cwd: cwdOf(facts),
          timeoutMs: TIMEOUT_MS,
          expects: { files: [], testReports: [], documents: [document] },
          metadata: workspaceOf(facts),
          promptVersion: null,
        },
      };
    },
    judgeResult(input) {
      const judgement = admitted(input) ?? judge(input);
      if (judgement.status !== 'ok') return judgement;
      return { ...judgement, judged: judgedDocuments(input.command, input.outputs) };
    },
  };
}

function designOf({ session: { context, component } }: StepFacts): ExpectedDocument {
  return component === null
    ? { path: contextDesignPath(context), output: OUTPUT, type: 'context', component }
    : { path: componentDesignPath(context, component), output: OUTPUT, type: 'component', component };
}

function reviewOf({ session: { context } }: StepFacts): ExpectedDocument {
  return { path: reviewPath(context), output: OUTPUT, type: 'review', component: null };
}
