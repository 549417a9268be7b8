import { forward } from './session-type.js';
export const contextComponentsDesign = {
    name: 'contextComponentsDesign',
    level: 'context',
    branchType: 'components-design',
    childType: 'componentDesign',
    allowRed: false,
    steps: ['Initialize', 'SpawnComponentDesignSessions', 'SpawnReviewSession', 'Finalize'],
    routes: {
        Initialize: forward('Initialize', 'SpawnComponentDesignSessions', 'initialize'),
        SpawnComponentDesignSessions: forward('SpawnComponentDesignSessions', 'SpawnReviewSession', 'childAttempts'),
        SpawnReviewSession: forward('SpawnReviewSession', 'Finalize', 'reviewRounds'),
        Finalize: forward('Finalize', 'complete', 'finalize'),
    },
};
