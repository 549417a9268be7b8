import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Money } from '../../src/billing/money.js';
import { printReceipt } from '../../src/billing/receipt.js';

const items = [
  { name: 'Coffee', price: Money.parse('3.20') },
  { name: 'Cheese sandwich with pickles and mustard', price: Money.parse('5.80') },
];

test('a receipt shows items, total, the amount given and the change', () => {
  assert.deepEqual(printReceipt(items, Money.parse('10')).split('\n'), [
    'Coffee                      3.20',
    'Cheese sandwich with pick…  5.80',
    '--------------------------------',
    'TOTAL                       9.00',
    'GIVEN                      10.00',
    'CHANGE                      1.00',
  ]);
});

test('no line is longer than the till printer is wide', () => {
  const dear = [{ name: 'A name that goes on and on', price: Money.ofCents(123_456_789) }];
  for (const line of printReceipt(dear, Money.ofCents(200_000_000)).split('\n')) {
    assert.equal(line.length, 32, line);
  }
});

test('the exact amount leaves no change', () => {
  assert.match(printReceipt(items, Money.parse('9.00')), /^CHANGE +0\.00$/m);
});

test('less given than owed is refused', () => {
  assert.throws(() => printReceipt(items, Money.parse('8.99')), { name: 'RangeError', message: /8\.99.*9\.00/ });
});

test('a receipt without items is refused', () => {
  assert.throws(() => printReceipt([], Money.parse('1')), { name: 'RangeError', message: /no items/ });
});
