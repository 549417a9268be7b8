import { node } from './node.js';
import type { CustomToolchain, Toolchain } from './toolchain.js';

export function custom(_spec: CustomToolchain): Toolchain {
  return node;
}
