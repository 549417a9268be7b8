export const COMMAND_KINDS = [
    'prepare_workspace',
    'agent',
    'check_document',
    'run_tests',
    'spawn_children',
    'finalize',
];
export const MAX_INLINE_STDIN_BYTES = 16 * 1024;
