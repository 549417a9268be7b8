/** `ApplicationFailure.type` values: what clients and the Web UI tell failures apart by. */
export const SESSION_FAILED = 'SessionFailed';
export const INVALID_INPUT = 'InvalidInput';
export const REFUSED = 'Refused';
