import { forward, type SessionType } from './session-type.js';

export const contextCoding: SessionType = {
  name: 'contextCoding',
  level: 'context',
  branchType: 'context-coding',
  title: 'Implement',
  delivers: ['implementation'],
  childType: 'componentCoding',
  allowRed: false,
  steps: ['Initialize', 'SpawnComponentCodingSessions', 'Finalize'],
  routes: {
    Initialize: forward('Initialize', 'SpawnComponentCodingSessions', 'initialize'),
    SpawnComponentCodingSessions: forward('SpawnComponentCodingSessions', 'Finalize', 'childAttempts'),
    Finalize: forward('Finalize', 'complete', 'finalize'),
  },
};
