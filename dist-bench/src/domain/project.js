export const TOOLCHAIN_NAMES = ['node'];
