/**
 * Why the work cannot go on, for the person who started it. `usage`: theirs to mend before anything is done; `failed`:
 * something here needs a person, and the command was given back.
 */
export class WorkStopped extends Error {
  override readonly name = 'WorkStopped';
  constructor(
    readonly kind: 'usage' | 'failed',
    message: string,
  ) {
    super(message);
  }
}
