import { Money } from './money.js';

/** Net, tax and gross of invoice lines `{quantity, unitPrice}` at a whole tax rate in percent. */
export function totalInvoice(lines, taxPercent) {
  if (lines.length === 0) throw new RangeError('an invoice with no lines');
  if (!Number.isInteger(taxPercent) || taxPercent < 0) throw new RangeError(`tax rate ${taxPercent}`);
  const net = lines.reduce((sum, { quantity, unitPrice }) => {
    if (quantity < 1) throw new RangeError(`quantity ${quantity}`);
    return sum.plus(unitPrice.times(quantity));
  }, Money.ofCents(0));
  const tax = percentOf(net, taxPercent);
  return { net, tax, gross: net.plus(tax) };
}

/** Half up, in whole numbers: as decimal fractions 1.45 × 10 % comes to 14.49999… cents and loses one. */
function percentOf(amount, percent) {
  return Money.ofCents(Math.floor((amount.cents * percent + 50) / 100));
}
