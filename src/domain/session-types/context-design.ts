import { checked, forward, type SessionType } from './session-type.js';

export const contextDesign: SessionType = {
  name: 'contextDesign',
  level: 'context',
  branchType: 'context-design',
  title: 'Design',
  delivers: ['contextDesign'],
  childType: null,
  allowRed: false,
  steps: ['Initialize', 'GenerateContextDesign', 'ValidateDesign', 'Finalize'],
  routes: {
    Initialize: forward('Initialize', 'GenerateContextDesign', 'initialize'),
    GenerateContextDesign: forward('GenerateContextDesign', 'ValidateDesign', 'agent'),
    ValidateDesign: checked('ValidateDesign', 'Finalize', 'GenerateContextDesign'),
    Finalize: forward('Finalize', 'complete', 'finalize'),
  },
};
