import type { ToolchainName } from '../project.js';
import { node } from './node.js';
import type { Toolchain } from './toolchain.js';

export const TOOLCHAINS: Readonly<Record<ToolchainName, Toolchain>> = { node };
