import assert from 'node:assert/strict';
import { test } from 'node:test';
import { totalInvoice } from '../../src/billing/invoice.js';
import { Money } from '../../src/billing/money.js';

const line = (quantity, unitPrice) => ({ quantity, unitPrice: Money.parse(unitPrice) });

test('lines add up to the net total', () => {
  const invoice = totalInvoice([line(2, '10.00'), line(1, '5.50')], 19);
  assert.equal(String(invoice.net), '25.50');
});

test('three items of 19.99 cost exactly 59.97', () => {
  assert.equal(String(totalInvoice([line(3, '19.99')], 0).gross), '59.97');
});

test('tax is rounded half up, once, on the net total', () => {
  // 10 % of 0.05 is half a cent; per line it would be rounded up twice.
  const invoice = totalInvoice([line(1, '0.05'), line(1, '0.05')], 10);
  assert.equal(String(invoice.tax), '0.01');
  assert.equal(String(invoice.gross), '0.11');
});

test('tax on 1.45 at 10 % is 0.15', () => {
  assert.equal(String(totalInvoice([line(1, '1.45')], 10).tax), '0.15');
});

test('many small prices do not drift', () => {
  const invoice = totalInvoice(
    Array.from({ length: 10 }, () => line(7, '0.10')),
    19,
  );
  assert.deepEqual([invoice.net, invoice.tax, invoice.gross].map(String), ['7.00', '1.33', '8.33']);
});

test('an invoice without lines is refused', () => {
  assert.throws(() => totalInvoice([], 19), { name: 'RangeError', message: /no lines/ });
});

test('a quantity below one and a negative tax rate are refused', () => {
  assert.throws(() => totalInvoice([line(0, '1.00')], 19), { name: 'RangeError', message: /quantity 0/ });
  assert.throws(() => totalInvoice([line(1, '1.00')], -1), { name: 'RangeError', message: /-1/ });
});
