/**
 * The minimum of a queue of values, in amortized constant time. Holds only the values that are smaller than all later
 * ones.
 */
export class SlidingMinimum {
  readonly #numbers: number[] = [];
  readonly #values: number[] = [];
  #head = 0;

  get minimum(): number | undefined {
    return this.#values[this.#head];
  }

  /** @param number ascending from call to call */
  push(number: number, value: number): void {
    while (this.#values.length > this.#head && this.#values.at(-1)! >= value) {
      this.#numbers.pop();
      this.#values.pop();
    }
    this.#numbers.push(number);
    this.#values.push(value);
  }

  /** Removes the values of all numbers before `first`. */
  release(first: number): void {
    while (this.#head < this.#numbers.length && this.#numbers[this.#head]! < first) this.#head++;
    if (this.#head < 1_024 || this.#head * 2 < this.#numbers.length) return;
    this.#numbers.splice(0, this.#head);
    this.#values.splice(0, this.#head);
    this.#head = 0;
  }
}
