import { expect, test } from '@jest/globals';
import { sha256Hex } from '../../src/domain/digest.js';
import type { Component } from '../../src/domain/project.js';
import { allowedSections } from '../../src/documents/section-table.js';
import type { AgentMetadata } from '../../src/domain/command.js';
import { commandOf, component, componentFacts, contextFacts, judged, type FactsParts } from './facts.js';

const sections = (names: readonly string[], texts: Readonly<Record<string, string>>) =>
  names.map((name) => `## ${name}\n\n${texts[name] ?? 'Text.'}\n`).join('\n');
const entry = (name: string, rows: readonly string[], text = 'It does.') =>
  `### ${name}\n\n| field | value |\n| --- | --- |\n${rows.join('\n')}\n\n${text}\n`;
const contextDocument = (components: string, dependencies = 'None.') =>
  `# Shop\n\n${sections(allowedSections('context'), { Components: components, Dependencies: dependencies })}`;
const reviewDocument = (verdicts: string) =>
  `# Review\n\n${sections(allowedSections('review'), { Verdicts: verdicts })}`;
const DESIGN = `# Cart\n\n${sections(['Purpose', 'Public API', 'Execution Flow', 'Test Assertions'], {})}`;

const neighbours = [{ name: 'Billing', description: 'bills', dependsOn: [], components: ['Invoice'] }];
const designing = (members: FactsParts = {}) =>
  contextFacts({ components: [], neighbours, ...members, session: { type: 'contextDesign', ...members.session } });
const validated = (document: string, members: FactsParts = {}) =>
  judged('ValidateDesign', designing(members), { status: 'ok' }, { document });

test('a valid design adds its components, with what they depend on, and the contexts it names', () => {
  const text = contextDocument(
    entry('Cart', ['| type | module |', '| depends on | Price, Invoice |']) +
      entry('Price', ['| type | value |', '| priority | 5 |']),
    '- Billing: for invoices',
  );
  expect(validated(text)).toMatchObject({
    status: 'ok',
    patch: {},
    designed: {
      context: 'Shop',
      dependsOn: ['Billing'],
      components: [
        { name: 'Cart', type: 'module', description: 'It does.', priority: null, dependsOn: ['Price', 'Invoice'] },
        { name: 'Price', type: 'value', description: 'It does.', priority: 5, dependsOn: null },
      ],
    },
  });
});

test.each<[string, string, FactsParts, string]>([
  [
    'a dependency nobody knows',
    contextDocument(entry('Cart', ['| type | x |', '| depends on | Nobody |'])),
    {},
    'dependency-unknown',
  ],
  [
    'itself as dependency',
    contextDocument(entry('Cart', ['| type | x |', '| depends on | Cart |'])),
    {},
    'dependency-unknown',
  ],
  [
    'a context nobody knows',
    contextDocument(entry('Cart', ['| type | x |']), '- Accounting'),
    {},
    'dependency-unknown',
  ],
  [
    'a component of a context that it is not in',
    contextDocument(entry('Cart', ['| type | x |']), '- Billing/Cart'),
    {},
    'dependency-unknown',
  ],
  ['a component of another context', contextDocument(entry('Invoice', ['| type | x |'])), {}, 'entry-foreign'],
  [
    'a circle',
    contextDocument(
      entry('A', ['| type | x |', '| depends on | B |']) + entry('B', ['| type | x |', '| depends on | A |']),
    ),
    {},
    'dependency-cycle',
  ],
  [
    'a circle with what is there already',
    contextDocument(entry('A', ['| type | x |', '| depends on | B |'])),
    { components: [component('B', { dependsOn: ['A'] })] },
    'dependency-cycle',
  ],
  [
    'a name that gives the file of another',
    contextDocument(entry('Line-item', ['| type | x |'])),
    { components: [component('LineItem')] },
    'entry-name',
  ],
])('a design with %s goes back with line, section and rule, and adds nothing', (_name, document, members, rule) => {
  const verdict = validated(document, members);
  expect(verdict).toMatchObject({
    status: 'error',
    failure: { kind: 'invalid_output', rule, file: 'docs/design/contexts/shop.md', line: expect.any(Number) },
  });
  expect(verdict.failure!.detail).toMatch(new RegExp(`^line \\d+, (Components|Dependencies) \\(${rule}\\): .+; .+`));
  expect(verdict).not.toHaveProperty('designed');
});

test('every error of a design is in the next prompt', () => {
  const lastFailure = validated('# Shop\n').failure!;
  const { prompt } = commandOf('GenerateContextDesign', designing({ lastFailure })).metadata as AgentMetadata;
  for (const section of allowedSections('context')) expect(prompt).toContain(`line 1, ${section} (section-missing)`);
});

test('a claimed ok without the document, or with other bytes than text, is no design', () => {
  const facts = componentFacts({ session: { type: 'componentDesign' } });
  expect(judged('ValidateDesign', facts, { status: 'ok' })).toMatchObject({ status: 'warning' });
  expect(judged('ValidateDesign', facts, { status: 'ok' }, { document: DESIGN })).toMatchObject({
    status: 'ok',
    judged: [{ path: 'docs/design/components/shop/cart.md', sha256: sha256Hex(DESIGN) }],
  });
  expect(judged('ValidateDesign', facts, { status: 'ok' }, { document: '# Cart' })).toMatchObject({ status: 'error' });
});

test('a design prompt has the form of the document, the output path, stories, neighbours and rules', () => {
  const facts = designing({
    context: { name: 'Shop', description: 'sells things', dependsOn: ['Billing'] },
    stories: [{ title: 'Buy', context: 'Shop', text: 'I fill a cart', acceptanceCriteria: ['it adds up'] }],
    rules: [
      { name: 'Money', componentType: '*', sessionType: 'contextDesign', text: 'use cents' },
      { name: 'Tests', componentType: '*', sessionType: 'componentTesting', text: 'not for this' },
    ],
  });
  const { prompt } = commandOf('GenerateContextDesign', facts).metadata as AgentMetadata;
  const parts = [
    'write: docs/design/contexts/shop.md',
    'I fill a cart',
    '- it adds up',
    'use cents',
    'Depends on context Billing',
    'Invoice',
  ];
  const forms = allowedSections('context').map((name) => `\`## ${name}\``);
  expect([...parts, ...forms].filter((part) => !(prompt as string).includes(part))).toEqual([]);
  expect(prompt).not.toContain('not for this');
});

const reviewing = (components: readonly Component[] = [component('Cart'), component('Price')]) =>
  contextFacts({ components, session: { type: 'componentDesignReview', parent: { sessionId: 'p', branch: 'b' } } });

test('a review needs a verdict for every component and none for others', () => {
  const judge = (verdicts: string) =>
    judged('ValidateReview', reviewing(), { status: 'ok' }, { document: reviewDocument(verdicts) });
  const approve = (name: string) => entry(name, ['| verdict | approve |']);
  expect(judge(approve('Cart') + approve('Price'))).toMatchObject({ status: 'ok', patch: {} });
  expect(judge(approve('Cart'))).toMatchObject({
    status: 'error',
    failure: { rule: 'entry-missing', message: expect.stringContaining('Price') },
  });
  expect(judge(approve('Cart') + approve('Price') + approve('Tax'))).toMatchObject({
    failure: { rule: 'entry-unknown' },
  });
});

test('the review prompt has the paths of all designs and asks for a verdict on each', () => {
  const { prompt } = commandOf('ReviewDesigns', reviewing()).metadata as AgentMetadata;
  for (const part of [
    'components/shop/cart.md',
    'components/shop/price.md',
    'reviews/shop/review.md',
    'Cart, Price',
    'approve',
  ])
    expect(prompt).toContain(part);
});
