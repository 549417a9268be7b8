import { sha256Hex } from './digest.js';

/** Components and contexts: letters, digits, `_` and `-`, in parts joined by dots; what a module may be called. */
export const NAME = /^[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*)*$/;
export const MAX_NAME = 100;
export const COMPONENT_TYPE = /^[A-Za-z][A-Za-z0-9 _-]*$/;
export const MAX_TYPE = 200;
export const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const BRANCH_PART = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
/** What {@link isBranch} says, for documents of the messages. */
export const BRANCH_PATTERN =
  '^(?!.*\\.\\.)(?!.*(?:\\.lock|\\.)(?:/|$))[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*$';

export const isUuid = (text: string): boolean => UUID.test(text);
/** A session id is its Workflow Id and the name of its workspace folder. */
export const isSessionId = (text: string): boolean => SESSION_ID.test(text);

/** Why a component or context name is refused, or null when it is fine. */
export function nameFault(name: string): string | null {
  if (name.length > MAX_NAME) return `is longer than ${MAX_NAME} characters`;
  return NAME.test(name)
    ? null
    : 'must be letters, digits, _ and - in parts joined by dots, each starting with a letter';
}

/** Why a component type is refused, in specwright.yaml and in documents alike; null when it is fine. */
export function componentTypeFault(type: string): string | null {
  if (type === '') return 'is empty';
  if (type.length > MAX_TYPE) return `is longer than ${MAX_TYPE} characters`;
  return COMPONENT_TYPE.test(type) ? null : 'must be letters, digits, spaces, _ and -, beginning with a letter';
}

/** `Billing.LineItem` → `billing/line-item`: the name as a path without extension. */
export function pathOf(name: string): string {
  return name.split('.').map(kebab).join('/');
}

/** `Billing.LineItem` → `billing/line_item`. */
export function snakePathOf(name: string): string {
  return pathOf(name).replaceAll('-', '_');
}

/** `billing.line_item` → `Billing.LineItem`; capitals inside a word stay as they are. */
export function moduleOf(name: string): string {
  return name
    .split('.')
    .map((part) => part.split(/[_-]+/).map(capitalized).join(''))
    .join('.');
}

const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

export function kebab(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase();
}

/**
 * `sw/<type>/<slug>-<short id>`, the only way a session's branch gets its name. Session ids are the user's and may
 * share any part, so the short id is a hash of the whole.
 */
export function branchName(branchType: string, subject: string, sessionId: string): string {
  const slug = kebab(subject).slice(0, 60).replace(/-+$/, '') || 'x';
  return `sw/${branchType}/${slug}-${sha256Hex(sessionId).slice(0, 12)}`;
}

/** Stricter than git's own check-ref-format, so that a branch is always safe as an argument and in a refspec. INV-20. */
export function isBranch(name: string): boolean {
  return (
    name.length <= 200 &&
    !name.includes('..') &&
    name.split('/').every((part) => BRANCH_PART.test(part) && !part.endsWith('.lock') && !part.endsWith('.'))
  );
}

/** A path inside a repository: relative, no `..`, no `.git`, no control characters. */
export function isRepositoryPath(path: string): boolean {
  return (
    path.length > 0 &&
    path.length <= 500 &&
    !/[\p{Cc}\\:]/u.test(path) &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git')
  );
}
