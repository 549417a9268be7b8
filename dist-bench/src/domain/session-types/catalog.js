import { componentCoding } from './component-coding.js';
import { componentDesign } from './component-design.js';
import { componentDesignReview } from './component-design-review.js';
import { componentTesting } from './component-testing.js';
import { contextCoding } from './context-coding.js';
import { contextComponentsDesign } from './context-components-design.js';
import { contextDesign } from './context-design.js';
import { contextTesting } from './context-testing.js';
/** Every session type there is. */
export const SESSION_TYPES = {
    contextDesign,
    contextComponentsDesign,
    contextCoding,
    contextTesting,
    componentDesign,
    componentDesignReview,
    componentCoding,
    componentTesting,
};
/** The types whose steps exist and that can be started. */
export const IMPLEMENTED_TYPES = ['componentCoding', 'contextCoding'];
export function isImplemented(type) {
    return IMPLEMENTED_TYPES.includes(type);
}
