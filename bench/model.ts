import type { Component, ProjectModel } from '../src/domain/project.js';

/** The context of the sessions that clients report on: as small as the example's. */
export const SMALL_CONTEXT = 'Billing';
export const SMALL_COMPONENT = 'Invoice';
/** The context with 100 components that do not depend on each other. */
export const LARGE_CONTEXT = 'Hundred';

function component(context: string, name: string, description: string): Component {
  return { name, context, type: 'module', description, priority: 0, dependsOn: [] };
}

const hundred = Array.from({ length: 100 }, (_, index) =>
  component(LARGE_CONTEXT, `Part${String(index).padStart(2, '0')}`, `Adds ${index} to a whole number.`),
);

/** A project that exists only in the read model: nothing in the benchmark calls git. */
export const MODEL: ProjectModel = {
  project: {
    name: 'bench',
    description: 'The billing part of a small shop.',
    toolchain: 'node',
    remote: '/var/tmp/specwright-bench.git',
    defaultBranch: 'main',
    forge: null,
    bounds: {},
  },
  contexts: [
    { name: SMALL_CONTEXT, description: 'Amounts of money, invoices and receipts.', dependsOn: [] },
    { name: LARGE_CONTEXT, description: 'A hundred small things.', dependsOn: [] },
  ],
  components: [
    component(SMALL_CONTEXT, SMALL_COMPONENT, 'Adds up lines of quantity and unit price to net, tax and gross.'),
    component(SMALL_CONTEXT, 'Money', 'An exact amount in euro cents, added, multiplied, compared and shown.'),
    component(SMALL_CONTEXT, 'Receipt', 'A receipt as plain text for a till printer, 32 characters wide.'),
    ...hundred,
  ],
  stories: [
    {
      title: 'A customer gets an invoice that adds up',
      context: SMALL_CONTEXT,
      text: 'As a customer I want an invoice whose lines, tax and total agree to the cent.',
      acceptanceCriteria: ['Three items of 19.99 cost exactly 59.97.', 'Tax is calculated on the net total.'],
    },
    {
      title: 'A cashier hands out a receipt',
      context: SMALL_CONTEXT,
      text: 'As a cashier I want a receipt that fits the till printer.',
      acceptanceCriteria: ['No line is longer than 32 characters.', 'The amount given and the change are shown.'],
    },
  ],
  rules: [
    {
      name: 'no dependencies',
      componentType: '*',
      sessionType: '*',
      text: 'Use only the language; nothing is installed.',
    },
  ],
};
