import type { SessionTypeName } from '../domain/session.js';
import type { SectionName } from './section-table.js';

export const DOCUMENT_TYPES = ['context', 'component', 'review', 'rule'] as const;
export type DocumentType = (typeof DOCUMENT_TYPES)[number];

/** The text under a `##` heading as it was written, without blank lines around it; `line` is the heading's, from 1. */
export interface Section {
  readonly text: string;
  readonly line: number;
}
type Sections<T extends keyof SectionName> = Readonly<
  Record<SectionName[T]['required'], Section> & Partial<Record<SectionName[T]['anyOf'], Section>>
>;

interface Titled {
  readonly title: string;
  /** Of the title. */
  readonly line: number;
}

export interface DesignedComponent {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  /** Null when the table has no such row. */
  readonly priority: number | null;
  /** Names of components; whether somebody knows them is for the project model to say. Null without such a row. */
  readonly dependsOn: readonly string[] | null;
  readonly line: number;
}

/** `Name` or `Context/Name`; whether somebody knows it is for the project model to say. */
export interface DesignedDependency {
  readonly name: string;
  readonly note: string;
  readonly line: number;
}

export const VERDICTS = ['approve', 'revise'] as const;
export interface ReviewVerdict {
  readonly component: string;
  readonly verdict: (typeof VERDICTS)[number];
  /** Never empty for `revise`. */
  readonly findings: string;
  readonly line: number;
}

export interface ContextDocument extends Titled {
  readonly type: 'context';
  readonly sections: Sections<'context'>;
  readonly components: readonly DesignedComponent[];
  readonly dependencies: readonly DesignedDependency[];
}

export interface ComponentDocument extends Titled {
  readonly type: 'component';
  readonly sections: Sections<'component'>;
}

export interface ReviewDocument extends Titled {
  readonly type: 'review';
  readonly sections: Sections<'review'>;
  readonly verdicts: readonly ReviewVerdict[];
}

export interface RuleDocument {
  readonly type: 'rule';
  /** The `#` heading the text begins with, if it does. */
  readonly title: string | null;
  readonly componentType: string;
  readonly sessionType: '*' | SessionTypeName;
  /** Everything after the front matter, the heading too. */
  readonly text: string;
  /** Where the text begins. */
  readonly line: number;
}

export type DesignDocument = ContextDocument | ComponentDocument | ReviewDocument | RuleDocument;
export type DocumentOf<T extends DocumentType> = Extract<DesignDocument, { type: T }>;

export type DocumentRule =
  | 'size'
  | 'character'
  | 'nesting'
  | 'front-matter'
  | 'title-missing'
  | 'title-second'
  | 'title-first'
  | 'title-text'
  | 'text-outside-section'
  | 'section-missing'
  | 'section-unknown'
  | 'section-duplicate'
  | 'section-empty'
  | 'entry-missing'
  | 'entry-name'
  | 'entry-duplicate'
  | 'entry-unknown'
  | 'entry-table'
  | 'entry-field'
  | 'entry-value'
  | 'entry-text'
  | 'dependency-list'
  | 'dependency-name'
  | 'dependency-duplicate'
  | 'dependency-unknown'
  | 'dependency-cycle'
  | 'entry-foreign'
  | 'more-errors';

/**
 * One thing wrong with a document. What is missing is reported at the heading it should stand under, what is there
 * twice at its second place; `section` is null for the document as a whole. Lines start at 1.
 */
export interface DocumentError {
  readonly line: number;
  readonly section: string | null;
  readonly rule: DocumentRule;
  readonly message: string;
  readonly fix: string;
}

export type ParsedDocument<T extends DocumentType = DocumentType> =
  | { readonly ok: true; readonly document: DocumentOf<T> }
  | { readonly ok: false; readonly errors: readonly DocumentError[] };
