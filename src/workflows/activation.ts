import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

/** Null in a bundle that was made without this interceptor. */
let jobs: number | null = null;

/** Whether anything else may be told in the activation at hand. */
export function isMoreTold(): boolean {
  return jobs !== 1;
}

/** The one way to see what an activation is made of; named in `bundle-workflows.ts`. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  internals: [
    {
      activate(input, next) {
        jobs = input.activation.jobs?.length ?? null;
        next(input);
      },
    },
  ],
});
