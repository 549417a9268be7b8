/** Workflows, local activities and database activities. `SPECWRIGHT_TASK_QUEUE` overrides it. */
export const DEFAULT_TASK_QUEUE = 'specwright';
/** Commands of one executor host; `executorQueue` of the start input names it. */
export const DEFAULT_EXECUTOR_QUEUE = 'specwright-executor';
