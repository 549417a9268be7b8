import { pathOf } from './names.js';

// One folder per kind of document, so that no name of a context or component can stand for another kind's file.
const ROOT = 'docs/design';

export function contextDesignPath(context: string): string {
  return `${ROOT}/contexts/${pathOf(context)}.md`;
}

export function componentDesignPath(context: string, component: string): string {
  return `${ROOT}/components/${pathOf(context)}/${pathOf(component)}.md`;
}

export function reviewPath(context: string): string {
  return `${ROOT}/reviews/${pathOf(context)}/review.md`;
}
