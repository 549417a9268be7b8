import type { Failure } from '../../domain/failures.js';
import type { Misfit } from '../../domain/guard.js';

/** Why nothing can be started: what of the start input is at fault, and what to do. */
export interface StartFault {
  readonly kind: 'blocked' | 'not_authorized';
  readonly field: 'scope' | 'context' | 'component';
  readonly reason: string;
  readonly fix: string;
}

/** What a start input is about. */
export interface Subject {
  readonly context: string;
  readonly component: string | null;
}

/** Names that a message shows at most, and characters of one of them. */
const SHOWN = { names: 10, characters: 120 } as const;

const APPLY = 'declare it in specwright.yaml and run "specwright project apply"';

/** Foreign and unknown things are told apart for nobody. */
export function scopeFault(has: { readonly project: boolean; readonly member: boolean }): StartFault | null {
  if (has.project && has.member) return null;
  return {
    kind: 'not_authorized',
    field: 'scope',
    reason: 'no such account, project or member',
    fix: 'use the scope your project was set up with; "specwright project apply" sets one up',
  };
}

/** `components` are those of the subject's context, which is null when the model has none of that name. */
export function subjectFault(
  { context, component }: Subject,
  components: readonly string[] | null,
  contexts: readonly string[] = [],
): StartFault | null {
  if (components === null) {
    const reason = `${shown(context)} is not in the project's model`;
    return { kind: 'blocked', field: 'context', reason, fix: oneOf(contexts) };
  }
  if (component === null || components.includes(component)) return null;
  const reason = `${shown(component)} is not in the context ${context}`;
  return { kind: 'blocked', field: 'component', reason, fix: oneOf(components) };
}

/** As the session's own failure. */
export function failureOf({ kind, field, reason, fix }: StartFault): Failure {
  return { kind, message: `${field}: ${reason}. ${fix.charAt(0).toUpperCase()}${fix.slice(1)}.` };
}

/** As the refusal of what was asked. */
export function misfitOf({ field, reason, fix }: StartFault): Misfit {
  return { field, message: `${field}: ${reason}`, fix };
}

function oneOf(names: readonly string[]): string {
  if (names.length === 0) return APPLY;
  const some = names.slice(0, SHOWN.names).map(shown).join(', ');
  return `use one of ${some}${names.length > SHOWN.names ? ', …' : ''}; or ${APPLY}`;
}

const shown = (name: unknown): string => JSON.stringify(String(name).slice(0, SHOWN.characters).toWellFormed());
