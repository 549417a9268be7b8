import { Money } from './money.js';

/** Net, tax and gross of invoice lines `{quantity, unitPrice}` at a tax rate in percent. */
export function totalInvoice(lines, taxPercent) {
  if (lines.length === 0) throw new RangeError('an invoice with no lines');
  if (taxPercent < 0) throw new RangeError(`tax rate ${taxPercent}`);
  let net = 0;
  for (const { quantity, unitPrice } of lines) {
    if (quantity < 1) throw new RangeError(`quantity ${quantity}`);
    net += quantity * Number(unitPrice.toString());
  }
  const tax = net * (taxPercent / 100);
  return { net: toMoney(net), tax: toMoney(tax), gross: toMoney(net + tax) };
}

function toMoney(amount) {
  return Money.ofCents(Math.round(amount * 100));
}
