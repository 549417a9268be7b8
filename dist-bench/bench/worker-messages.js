export const executorQueueOf = (taskQueue) => `${taskQueue}-executor`;
