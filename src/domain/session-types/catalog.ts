import type { SessionTypeName } from '../session.js';
import { componentCoding } from './component-coding.js';
import { componentDesign } from './component-design.js';
import { componentDesignReview } from './component-design-review.js';
import { componentTesting } from './component-testing.js';
import { contextCoding } from './context-coding.js';
import { contextComponentsDesign } from './context-components-design.js';
import { contextDesign } from './context-design.js';
import { contextTesting } from './context-testing.js';
import type { SessionType } from './session-type.js';

/** Every session type there is. */
export const SESSION_TYPES: Readonly<Record<SessionTypeName, SessionType>> = {
  contextDesign,
  contextComponentsDesign,
  contextCoding,
  contextTesting,
  componentDesign,
  componentDesignReview,
  componentCoding,
  componentTesting,
};
