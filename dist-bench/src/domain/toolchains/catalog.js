import { node } from './node.js';
export const TOOLCHAINS = { node };
