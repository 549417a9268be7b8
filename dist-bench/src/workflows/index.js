export { componentCoding } from './component-coding.js';
export { contextCoding } from './context-coding.js';
