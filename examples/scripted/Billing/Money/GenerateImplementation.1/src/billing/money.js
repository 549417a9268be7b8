const DECIMAL = /^(-?)(\d+)(?:\.(\d{1,2}))?$/;

/** An exact amount of money in whole euro cents; never changed, every operation gives a new one. */
export class Money {
  #cents;

  constructor(cents) {
    if (!Number.isSafeInteger(cents)) throw new RangeError(`not a whole number of cents: ${cents}`);
    this.#cents = cents;
  }

  static ofCents(cents) {
    return new Money(cents);
  }

  /** Reads `19.99`, `5` or `-1.5`. The digits are taken as they are, so that no fraction is ever rounded. */
  static parse(text) {
    const match = DECIMAL.exec(text);
    if (match === null) throw new RangeError(`not an amount: "${text}"`);
    const [, sign, euros, fraction = ''] = match;
    const cents = Number(euros) * 100 + Number(fraction.padEnd(2, '0'));
    return new Money(sign === '-' ? -cents : cents);
  }

  get cents() {
    return this.#cents;
  }

  plus(other) {
    return new Money(this.#cents + other.cents);
  }

  minus(other) {
    return new Money(this.#cents - other.cents);
  }

  times(count) {
    if (!Number.isSafeInteger(count)) throw new RangeError(`not a whole number: ${count}`);
    return new Money(this.#cents * count);
  }

  isLessThan(other) {
    return this.#cents < other.cents;
  }

  toString() {
    const digits = String(Math.abs(this.#cents)).padStart(3, '0');
    return `${this.#cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
  }
}
