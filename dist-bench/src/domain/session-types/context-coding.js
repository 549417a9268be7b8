import { forward } from './session-type.js';
export const contextCoding = {
    name: 'contextCoding',
    level: 'context',
    branchType: 'context-coding',
    childType: 'componentCoding',
    allowRed: false,
    steps: ['Initialize', 'SpawnComponentCodingSessions', 'Finalize'],
    routes: {
        Initialize: forward('Initialize', 'SpawnComponentCodingSessions', 'initialize'),
        SpawnComponentCodingSessions: forward('SpawnComponentCodingSessions', 'Finalize', 'childAttempts'),
        Finalize: forward('Finalize', 'complete', 'finalize'),
    },
};
