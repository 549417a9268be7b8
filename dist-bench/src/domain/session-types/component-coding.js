import { checked, forward } from './session-type.js';
export const componentCoding = {
    name: 'componentCoding',
    level: 'component',
    branchType: 'coding',
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
