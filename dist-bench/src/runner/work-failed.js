/** Carries a {@link Failure} from deep inside the runner to its border, where it becomes a value. Never leaves it. */
export class WorkFailed extends Error {
    failure;
    constructor(failure) {
        super(failure.message);
        this.failure = failure;
        this.name = 'WorkFailed';
    }
}
export function workFailed(kind, message, more = {}) {
    return new WorkFailed({ kind, message, ...more });
}
