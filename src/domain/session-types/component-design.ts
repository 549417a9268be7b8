import { checked, forward, type SessionType } from './session-type.js';

export const componentDesign: SessionType = {
  name: 'componentDesign',
  level: 'component',
  branchType: 'design',
  title: 'Design',
  delivers: ['componentDesign'],
  childType: null,
  allowRed: false,
  steps: ['Initialize', 'GenerateComponentDesign', 'ValidateDesign', 'Finalize'],
  routes: {
    Initialize: forward('Initialize', 'GenerateComponentDesign', 'initialize'),
    GenerateComponentDesign: forward('GenerateComponentDesign', 'ValidateDesign', 'agent'),
    ValidateDesign: checked('ValidateDesign', 'Finalize', 'GenerateComponentDesign'),
    Finalize: forward('Finalize', 'complete', 'finalize'),
  },
};
