import type { ExampleOptions } from './example.js';

/** The example before anything is designed: no components, no tests. */
export const UNDESIGNED: ExampleOptions = {
  without: ['test'],
  model: (model) => ({ ...model, components: [] }),
};

/** The session types of a whole delivery, in order. */
export const DELIVERY = ['contextDesign', 'contextComponentsDesign', 'contextTesting', 'contextCoding'] as const;
