export const SESSION_TYPE_NAMES = [
    'contextDesign',
    'contextComponentsDesign',
    'contextCoding',
    'contextTesting',
    'componentDesign',
    'componentDesignReview',
    'componentCoding',
    'componentTesting',
];
export const EXECUTION_MODES = ['manual', 'auto', 'agentic'];
/** What an active session waits for; null only while a step of its own is being worked on. */
export const WAITING_ON = ['client', 'executor', 'children', 'slot', 'decision', 'quota', 'system'];
