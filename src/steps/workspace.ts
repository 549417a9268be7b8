import type { WorkspaceMetadata } from '../domain/command.js';
import type { StepFacts } from '../domain/facts.js';
import { branchName } from '../domain/names.js';
import { SESSION_TYPES } from '../domain/session-types/catalog.js';

/** Where the session's work is: its own branch, from the parent's branch, the one its start named, or the project's default one. */
export function workspaceOf(facts: StepFacts): WorkspaceMetadata {
  const { session, project } = facts;
  const subject = session.component ?? session.context;
  return {
    remote: project.remote,
    branch: session.state.branch ?? branchName(SESSION_TYPES[session.type].branchType, subject, session.id),
    baseBranch: session.parent?.branch ?? session.baseBranch ?? project.defaultBranch,
    push: session.parent === null,
  };
}

/** What the session is about, as people say it: `Billing/Invoice`, or `Billing`. */
export function subjectOf(facts: StepFacts): string {
  const { context, component } = facts.session;
  return component === null ? context : `${context}/${component}`;
}

export function cwdOf(facts: StepFacts): string {
  return facts.session.state.workspace ?? '.';
}
