import type { DesignDocument, Section } from './document.js';

/** The document in its normal form, from the text of its sections; reading it again gives the same document. */
export function renderDocument(document: DesignDocument): string {
  if (document.type === 'rule') {
    const { componentType, sessionType, text } = document;
    return `---\ncomponentType: '${componentType}'\nsessionType: '${sessionType}'\n---\n\n${text}\n`;
  }
  const sections = Object.entries<Section | undefined>(document.sections);
  const parts = sections.flatMap(([name, section]) => (section ? [`## ${name}\n\n${section.text}\n`] : []));
  return [`# ${document.title}\n`, ...parts].join('\n');
}
