import {
  fixImplementation,
  fixTests,
  generateComponentDesign,
  generateContextDesign,
  generateImplementation,
  generateTests,
  reviewDesigns,
} from './agent-steps.js';
import { validateDesign, validateReview } from './check-document.js';
import { finalize } from './finalize.js';
import { initialize } from './initialize.js';
import { runTests } from './run-tests.js';
import {
  spawnComponentCodingSessions,
  spawnComponentDesignSessions,
  spawnComponentTestingSessions,
} from './spawn-component-sessions.js';
import { spawnReviewSession } from './spawn-review-session.js';
import type { Step } from './step.js';

/** Every step by the name the route tables use. */
export const STEPS: Readonly<Record<string, Step>> = {
  Initialize: initialize,
  GenerateContextDesign: generateContextDesign,
  GenerateComponentDesign: generateComponentDesign,
  ValidateDesign: validateDesign,
  ReviewDesigns: reviewDesigns,
  ValidateReview: validateReview,
  GenerateTests: generateTests,
  GenerateImplementation: generateImplementation,
  RunTests: runTests,
  FixTests: fixTests,
  FixImplementation: fixImplementation,
  SpawnComponentDesignSessions: spawnComponentDesignSessions,
  SpawnReviewSession: spawnReviewSession,
  SpawnComponentTestingSessions: spawnComponentTestingSessions,
  SpawnComponentCodingSessions: spawnComponentCodingSessions,
  Finalize: finalize,
};
