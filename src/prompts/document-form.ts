import { allowedSections, SECTIONS, type SectionedType } from '../documents/section-table.js';

const ENTRIES: Readonly<Partial<Record<SectionedType, readonly string[]>>> = {
  context: [
    '`## Components` has one entry for each component:',
    '',
    '```markdown',
    '### Name',
    '',
    '| field      | value                             |',
    '| ---------- | --------------------------------- |',
    '| type       | module                            |',
    '| depends on | OtherComponent, YetAnother        |',
    '| priority   | 10                                |',
    '',
    'A description of what it does.',
    '```',
    '',
    'The rows `depends on` (components that have to be there first) and `priority` (higher starts first) may be left out.',
    '`## Dependencies` is a flat list of other contexts of the project, `- Context: why`, or `None.`',
  ],
  review: [
    '`## Verdicts` has one entry for each component under review:',
    '',
    '```markdown',
    '### Name',
    '',
    '| field   | value   |',
    '| ------- | ------- |',
    '| verdict | approve |',
    '',
    'For `revise`: what is wrong and has to change. For `approve` this may be left out.',
    '```',
    '',
    'A verdict is `approve` or `revise`.',
  ],
};

/** How a document has to look, in specwright's own words. */
export function documentForm(type: SectionedType): string {
  const { anyOf } = SECTIONS[type];
  const sections = allowedSections(type).map((name) => `- \`## ${name}\``);
  const either = anyOf.length < 2 ? [] : ['', `At least one of ${anyOf.join(' and ')}; all others are required.`];
  return [
    '# Form of the document',
    '',
    'Markdown: one `# Title` in the first line, no front matter, then exactly these sections, each with text:',
    '',
    ...sections,
    ...either,
    ...(ENTRIES[type] === undefined ? [] : ['', ...ENTRIES[type]]),
  ].join('\n');
}
