import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Money } from '../../src/billing/money.js';

test('an amount is read from decimal text to the cent', () => {
  assert.equal(Money.parse('19.99').cents, 1999);
  assert.equal(Money.parse('0.07').cents, 7);
  assert.equal(Money.parse('5').cents, 500);
  assert.equal(Money.parse('-1.5').cents, -150);
});

test('text that is not an amount is refused by name', () => {
  for (const text of ['', '1.234', '1,50', 'ten', '1e3', ' 1']) {
    assert.throws(() => Money.parse(text), { name: 'RangeError', message: new RegExp(`"${text}"`) });
  }
});

test('cents are whole numbers', () => {
  assert.equal(Money.ofCents(1).cents, 1);
  assert.throws(() => Money.ofCents(0.5), { name: 'RangeError', message: /0\.5/ });
  assert.throws(() => Money.ofCents(2 ** 53), RangeError);
});

test('amounts are added, subtracted and multiplied exactly', () => {
  const price = Money.parse('19.99');
  assert.equal(price.times(3).cents, 5997);
  assert.equal(price.plus(Money.parse('0.01')).cents, 2000);
  assert.equal(price.minus(Money.parse('20')).cents, -1);
  assert.throws(() => price.times(1.5), { name: 'RangeError', message: /1\.5/ });
});

test('an amount is shown with two decimals', () => {
  assert.equal(String(Money.ofCents(1999)), '19.99');
  assert.equal(String(Money.ofCents(7)), '0.07');
  assert.equal(String(Money.ofCents(-150)), '-1.50');
});

test('amounts are compared', () => {
  assert.equal(Money.ofCents(1).isLessThan(Money.ofCents(2)), true);
  assert.equal(Money.ofCents(2).isLessThan(Money.ofCents(2)), false);
});
