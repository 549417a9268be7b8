import { Money } from './money.js';

const WIDTH = 32;

/** A receipt as plain text for a till printer; every line is exactly 32 characters wide. */
export function printReceipt(items, given) {
  if (items.length === 0) throw new RangeError('a receipt with no items');
  const total = items.reduce((sum, { price }) => sum.plus(price), Money.ofCents(0));
  if (given.isLessThan(total)) throw new RangeError(`given ${given}, owed ${total}`);
  return [
    ...items.map(({ name, price }) => row(name, price)),
    '-'.repeat(WIDTH),
    row('TOTAL', total),
    row('GIVEN', given),
    row('CHANGE', given.minus(total)),
  ].join('\n');
}

/** A label at the left, cut where it would meet the amount at the right. */
function row(label, amount) {
  const right = String(amount);
  const room = WIDTH - right.length - 2;
  const left = label.length > room ? `${label.slice(0, room - 1)}…` : label;
  return left.padEnd(WIDTH - right.length) + right;
}
