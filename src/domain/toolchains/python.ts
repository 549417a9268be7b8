import { node } from './node.js';
import type { Toolchain } from './toolchain.js';

export const python: Toolchain = node;
