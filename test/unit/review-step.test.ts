import { expect, test } from '@jest/globals';
import type { SpawnMetadata } from '../../src/domain/command.js';
import { allowedSections } from '../../src/documents/section-table.js';
import { child, commandOf, contextFacts, judged, type FactsParts } from './facts.js';

const STEP = 'SpawnReviewSession';
const facts = (members: FactsParts = {}) =>
  contextFacts({ ...members, session: { type: 'contextComponentsDesign', ...members.session } });
const planned = (members: FactsParts) => (commandOf(STEP, facts(members)).metadata as SpawnMetadata).children;
const REJECTED = { kind: 'review_rejected', message: 'names' } as const;

const section = (name: string, text: string) => `## ${name}\n\n${text}\n`;
const DESIGN = `# D\n\n${['Purpose', 'Public API', 'Execution Flow', 'Test Assertions'].map((name) => section(name, 'T.')).join('\n')}`;
const entry = (name: string, verdict: string) =>
  `### ${name}\n\n| field | value |\n| --- | --- |\n| verdict | ${verdict} |\n\nWhy.\n`;
const review = (verdicts: string) =>
  `# R\n\n${allowedSections('review')
    .map((name) => section(name, name === 'Verdicts' ? verdicts : 'T.'))
    .join('\n')}`;
const judge = (outputs: Readonly<Record<string, string>>) => judged(STEP, facts(), { status: 'ok' }, outputs);
const designs = { 'design/Cart': DESIGN, 'design/Price': DESIGN };

test('the first review is planned when all designs are in, and is about the whole context', () => {
  const children = [child('Cart'), child('Price')];
  expect(planned({ children })).toMatchObject([
    { component: '*', type: 'componentDesignReview', attempt: 1, dependsOn: [] },
  ]);
});

test('a design sent back gets a new attempt, and a new review waits for it; the approved one is left alone', () => {
  const children = [child('Cart', { failure: REJECTED }), child('Price'), child('*', { failure: REJECTED })];
  expect(planned({ children })).toMatchObject([
    { component: 'Cart', attempt: 2 },
    { component: '*', attempt: 2, type: 'componentDesignReview', dependsOn: ['Cart'] },
  ]);
});

test('a component added meanwhile is designed and reviewed though the last review approved everything', () => {
  const children = [child('Cart'), child('*')];
  expect(planned({ children }).map(({ component, attempt }) => [component, attempt])).toEqual([
    ['Price', 1],
    ['*', 2],
  ]);
});

test('a waived component is neither designed again nor asked about', () => {
  const waivers = [{ component: 'Cart', userId: 'ops', reason: 'later' }];
  const children = [child('Cart', { status: 'failed' }), child('Price')];
  const command = commandOf(STEP, facts({ children, session: { waivers } }));
  expect((command.metadata as SpawnMetadata).children.map(({ component }) => component)).toEqual(['*']);
  expect(command.expects.documents!.map(({ output }) => output)).toEqual(['design/Price', 'review']);
});

test('all approved is ok; only what is to be revised goes back, with its findings, and the review with it', () => {
  expect(judge({ ...designs, review: review(entry('Cart', 'approve') + entry('Price', 'approve')) })).toMatchObject({
    status: 'ok',
    patch: {},
  });
  expect(judge({ ...designs, review: review(entry('Cart', 'revise') + entry('Price', 'approve')) })).toMatchObject({
    status: 'error',
    failure: { kind: 'review_rejected', ids: ['Cart'] },
    charged: [{ component: 'Cart', failure: { detail: 'Why.' } }, { component: '*' }],
  });
});

test('a missing design is its component’s to mend, an unusable review the reviewer’s, and a missing report nobody’s', () => {
  const approved = review(entry('Cart', 'approve') + entry('Price', 'approve'));
  expect(judge({ 'design/Cart': DESIGN, review: approved })).toMatchObject({ charged: [{ component: 'Price' }] });
  expect(judge({ ...designs, 'design/Price': '# no', review: approved })).toMatchObject({
    charged: [{ component: 'Price' }],
  });
  expect(judge({ ...designs, review: review(entry('Cart', 'approve')) })).toMatchObject({
    charged: [{ component: '*' }],
  });
  expect(judge(designs)).toMatchObject({ status: 'warning' });
});
