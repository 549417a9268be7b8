import { forward, type SessionType } from './session-type.js';

export const contextTesting: SessionType = {
  name: 'contextTesting',
  level: 'context',
  branchType: 'context-testing',
  title: 'Test',
  delivers: ['tests'],
  childType: 'componentTesting',
  allowRed: true,
  steps: ['Initialize', 'SpawnComponentTestingSessions', 'Finalize'],
  routes: {
    Initialize: forward('Initialize', 'SpawnComponentTestingSessions', 'initialize'),
    SpawnComponentTestingSessions: forward('SpawnComponentTestingSessions', 'Finalize', 'childAttempts'),
    Finalize: forward('Finalize', 'complete', 'finalize'),
  },
};
