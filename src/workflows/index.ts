export { componentCoding } from './component-coding.js';
export { componentDesign } from './component-design.js';
export { componentDesignReview } from './component-design-review.js';
export { componentTesting } from './component-testing.js';
export { contextCoding } from './context-coding.js';
export { contextComponentsDesign } from './context-components-design.js';
export { contextDesign } from './context-design.js';
export { contextTesting } from './context-testing.js';
