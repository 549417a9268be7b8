import { runSession } from '../../src/workflows/session-loop.js';
import { SESSION_TYPES } from '../../src/domain/session-types/catalog.js';
import type { StartInput } from '../../src/contract/start-input.js';
import type { SessionTypeName } from '../../src/domain/session.js';

// What a changed route row does to sessions that are under way: the step after the first is skipped.
const changed = { ok: { to: 'Finalize' }, warning: { to: 'Finalize' }, error: { to: 'Finalize' } };

const broken = (type: SessionTypeName) => async (input: StartInput) => {
  Object.assign(SESSION_TYPES[type].routes, { Initialize: changed });
  return runSession(input);
};

export const contextDesign = broken('contextDesign');
export const contextComponentsDesign = broken('contextComponentsDesign');
export const contextTesting = broken('contextTesting');
export const contextCoding = broken('contextCoding');
export const componentDesign = broken('componentDesign');
export const componentDesignReview = broken('componentDesignReview');
export const componentTesting = broken('componentTesting');
export const componentCoding = broken('componentCoding');
