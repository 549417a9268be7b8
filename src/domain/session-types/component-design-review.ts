import { checked, forward, type SessionType } from './session-type.js';

export const componentDesignReview: SessionType = {
  name: 'componentDesignReview',
  level: 'context',
  branchType: 'design-review',
  title: 'Review the designs of',
  delivers: ['review'],
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
