import { checked, forward, type SessionType } from './session-type.js';

export const componentTesting: SessionType = {
  name: 'componentTesting',
  level: 'component',
  branchType: 'testing',
  title: 'Test',
  delivers: ['tests'],
  childType: null,
  allowRed: true,
  steps: ['Initialize', 'GenerateTests', 'RunTests', 'FixTests', 'Finalize'],
  routes: {
    Initialize: forward('Initialize', 'GenerateTests', 'initialize'),
    GenerateTests: forward('GenerateTests', 'RunTests', 'agent'),
    RunTests: checked('RunTests', 'Finalize', 'FixTests'),
    FixTests: forward('FixTests', 'RunTests', 'agent'),
    Finalize: forward('Finalize', 'complete', 'finalize'),
  },
};
