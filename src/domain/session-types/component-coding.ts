import { checked, forward, type SessionType } from './session-type.js';

export const componentCoding: SessionType = {
  name: 'componentCoding',
  level: 'component',
  branchType: 'coding',
  title: 'Implement',
  delivers: ['implementation'],
  childType: null,
  allowRed: false,
  steps: ['Initialize', 'GenerateImplementation', 'RunTests', 'FixImplementation', 'Finalize'],
  routes: {
    Initialize: forward('Initialize', 'GenerateImplementation', 'initialize'),
    GenerateImplementation: forward('GenerateImplementation', 'RunTests', 'agent'),
    RunTests: checked('RunTests', 'Finalize', 'FixImplementation'),
    FixImplementation: forward('FixImplementation', 'RunTests', 'agent'),
    Finalize: forward('Finalize', 'complete', 'finalize'),
  },
};
