export const RESULT_STATUSES = ['ok', 'warning', 'error'];
export const MAX_INLINE_OUTPUT_BYTES = 64 * 1024;
export const MAX_DATA_BYTES = 64 * 1024;
