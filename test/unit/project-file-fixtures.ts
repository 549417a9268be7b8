import { expect } from '@jest/globals';
import { formatProjectErrors, parseProjectFile } from '../../src/schemas/project-file.js';

/** A small right file; a test changes one thing in it. */
export const SMALL = `project:
  name: shop
  description: A shop.
  toolchain: node
  remote: https://example.org/shop.git
contexts:
  - name: Billing
    description: Bills.
    components:
      - name: Money
        type: value
        description: Amounts.
      - name: Invoice
        type: module
        description: Bills.
        dependsOn: [Money]
rules: []
`;

export const errorsOf = (text: string): readonly string[] => {
  const parsed = parseProjectFile(text, 'specwright.yaml');
  return parsed.ok ? [] : formatProjectErrors(parsed.errors).split('\n');
};
export const changed = (from: string, to: string): readonly string[] => {
  expect(SMALL).toContain(from);
  return errorsOf(SMALL.replace(from, () => to));
};
