/** The SQLSTATE of an error Postgres reported, or null for anything else (a lost connection, a bug). */
export function sqlState(error) {
    if (!(error instanceof Error) || !('code' in error) || !('severity' in error))
        return null;
    return typeof error.code === 'string' ? error.code : null;
}
/** Class 22 (data exception) or 23 (constraint): the value is at fault, and trying it again cannot help. */
export function isValueError(error) {
    const state = sqlState(error);
    return state !== null && /^2[23]/.test(state);
}
