import type { ProgressStore } from '../ports/progress-store.js';
import type { Pool } from './pool.js';
import { childOutcome } from './progress/child-outcome.js';
import { closeSession } from './progress/close-session.js';
import { completeInteraction } from './progress/complete-interaction.js';
import { loadCommand } from './progress/load-command.js';
import { noteWaiting } from './progress/note-waiting.js';
import { openInteraction } from './progress/open-interaction.js';
import { planChildren } from './progress/plan-children.js';
import { recordChild } from './progress/record-child.js';
import { recordDecision } from './progress/record-decision.js';
import { recordWaiver } from './progress/record-waiver.js';

export function createProgressStore(pool: Pool): ProgressStore {
  return {
    openInteraction: (input, build) => openInteraction(pool, input, build),
    loadCommand: (scope, sessionId, commandId) => loadCommand(pool, scope, sessionId, commandId),
    completeInteraction: (input, judge) => completeInteraction(pool, input, judge),
    planChildren: (input) => planChildren(pool, input),
    recordChild: (scope, parentSessionId, child) => recordChild(pool, scope, parentSessionId, child),
    recordDecision: (input) => recordDecision(pool, input),
    recordWaiver: (input) => recordWaiver(pool, input),
    childOutcome: (scope, sessionId) => childOutcome(pool, scope, sessionId),
    noteWaiting: (input) => noteWaiting(pool, input),
    closeSession: (input) => closeSession(pool, input),
  };
}
