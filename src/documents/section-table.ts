/**
 * The sections of each type of document, in the order prompts ask for them; a document may have them in any order.
 * No other section is allowed: what nobody reads would be lost silently.
 *
 * `anyOf`: at least one of them. A component says how it is tested (Test Assertions) or, in the older form of the
 * seeds' own documents, has Design Notes in that place; it may have both. See docs/adr/0008.
 */
export const SECTIONS = {
  context: {
    required: [
      'Purpose',
      'Entity Ownership',
      'Access Patterns',
      'Public API',
      'State Management Strategy',
      'Components',
      'Dependencies',
      'Execution Flow',
    ],
    anyOf: [],
  },
  component: { required: ['Purpose', 'Public API', 'Execution Flow'], anyOf: ['Test Assertions', 'Design Notes'] },
  review: { required: ['Overview', 'Findings', 'Verdicts', 'Conclusion'], anyOf: [] },
} as const satisfies Record<string, { required: readonly string[]; anyOf: readonly string[] }>;

export type SectionedType = keyof typeof SECTIONS;
export type SectionName = {
  [T in SectionedType]: {
    required: (typeof SECTIONS)[T]['required'][number];
    anyOf: (typeof SECTIONS)[T]['anyOf'][number];
  };
};

/** Sections made of `### Name` entries, each with a table that has one row, and text. */
export const ENTRY_SECTIONS: readonly string[] = ['Components', 'Verdicts'];

export function allowedSections(type: SectionedType): readonly string[] {
  return [...SECTIONS[type].required, ...SECTIONS[type].anyOf];
}
