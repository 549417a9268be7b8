import { custom } from './custom.js';
import { node } from './node.js';
import { python } from './python.js';
import type { BuiltInToolchain, Toolchain, ToolchainSpec } from './toolchain.js';

const BUILT_IN: Readonly<Record<BuiltInToolchain, Toolchain>> = { node, python };

export function toolchainOf(spec: ToolchainSpec): Toolchain {
  return typeof spec === 'string' ? BUILT_IN[spec] : custom(spec);
}
