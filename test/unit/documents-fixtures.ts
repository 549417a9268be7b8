/** One valid document of each type; each line of a template is a line of the document. */

export const CONTEXT = `# Billing

## Purpose
Turns orders into invoices.

## Entity Ownership

This context owns Invoice.

## Access Patterns
- Everything is read by account.

## Public API
\`\`\`ts
## not a heading
export function issue(order: Order): Invoice;
\`\`\`

## State Management Strategy
### Rows in Postgres
- One row for each invoice.

## Components
### Billing.Invoice

| field | value |
| ----- | ----- |
| type  | schema |

An invoice and its lines.

### Billing.Issuer

| field | value |
| ----- | ----- |
| type  | other |

Makes invoices of orders.

#### Limits

At most 100 lines.

## Dependencies
- Orders
- Shared/Money: amounts and rounding

## Execution Flow
1. **Read** the order
2. **Write** the invoice
`;

export const COMPONENT = `# Billing.Invoice

## Purpose
An invoice.

## Public API
- \`total(invoice)\`

## Execution Flow
1. Add the lines.

## Test Assertions
- describe "total"
  - test "adds the lines"
`;

export const REVIEW = `# Review of Billing

## Overview
Two designs were read.

## Findings
- The names differ.

## Verdicts
### Billing.Invoice

| field   | value   |
| ------- | ------- |
| verdict | approve |

### Billing.Issuer

| field   | value  |
| ------- | ------ |
| verdict | revise |

Depends on Orders, which it does not name.

## Conclusion
One more round.
`;

export const RULE = `---
componentType: schema
sessionType: *
---

# Money

Amounts are integers of the smallest unit.
`;

export const FIXTURES = { context: CONTEXT, component: COMPONENT, review: REVIEW, rule: RULE } as const;

/** The line of the first (or `nth`) line that equals `text`, from 1. */
export function lineOf(document: string, text: string, nth = 1): number {
  const lines = document.split('\n').flatMap((line, index) => (line === text ? [index + 1] : []));
  return lines[nth - 1] ?? Number.NaN;
}
