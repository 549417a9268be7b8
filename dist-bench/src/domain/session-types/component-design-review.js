import { checked, forward } from './session-type.js';
export const componentDesignReview = {
    name: 'componentDesignReview',
    level: 'context',
    branchType: 'design-review',
    childType: null,
    allowRed: false,
    steps: ['Initialize', 'ReviewDesigns', 'ValidateReview', 'Finalize'],
    routes: {
        Initialize: forward('Initialize', 'ReviewDesigns', 'initialize'),
        ReviewDesigns: forward('ReviewDesigns', 'ValidateReview', 'agent'),
        ValidateReview: checked('ValidateReview', 'Finalize', 'ReviewDesigns'),
        Finalize: forward('Finalize', 'complete', 'finalize'),
    },
};
