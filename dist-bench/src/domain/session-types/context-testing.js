import { forward } from './session-type.js';
export const contextTesting = {
    name: 'contextTesting',
    level: 'context',
    branchType: 'context-testing',
    childType: 'componentTesting',
    allowRed: true,
    steps: ['Initialize', 'SpawnComponentTestingSessions', 'Finalize'],
    routes: {
        Initialize: forward('Initialize', 'SpawnComponentTestingSessions', 'initialize'),
        SpawnComponentTestingSessions: forward('SpawnComponentTestingSessions', 'Finalize', 'childAttempts'),
        Finalize: forward('Finalize', 'complete', 'finalize'),
    },
};
