/** `ok` leads on, everything else is the same step again. */
export function forward(step, next, bound) {
    return { ok: { to: next }, warning: { to: step, bound }, error: { to: step, bound } };
}
/** `ok` leads on, `error` goes back to be mended, `warning` looks again. */
export function checked(step, next, mend) {
    return {
        ok: { to: next },
        warning: { to: step, bound: 'recheck' },
        error: { to: mend, bound: 'rounds' },
    };
}
