import { forward, type SessionType } from './session-type.js';

export const contextComponentsDesign: SessionType = {
  name: 'contextComponentsDesign',
  level: 'context',
  branchType: 'components-design',
  title: 'Design the components of',
  delivers: ['componentDesign', 'review'],
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
