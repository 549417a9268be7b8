import { checked, forward } from './session-type.js';
export const contextDesign = {
    name: 'contextDesign',
    level: 'context',
    branchType: 'context-design',
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
