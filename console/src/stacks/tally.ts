import type { Figures } from '../api/schemas.js';
import { Histogram, cellOf } from './histogram.js';
import type { Slot } from './slot.js';

const SHARES = [0.5, 0.95, 0.99];

/**
 * Sums over calls: counts, total and self time, and histograms of total time, of self time, and of the total time of
 * failed calls. Leaves need no histogram of self time, because it equals that of total time.
 */
export class Tally {
  calls = 0;
  errors = 0;
  /** Milliseconds. */
  total = 0;
  self = 0;
  max = 0;
  readonly durations = new Histogram();
  /** Undefined while every self time was the whole duration. */
  selves: Histogram | undefined;
  failures: Histogram | undefined;

  add(duration: number, self: number, hasFailed: boolean): void {
    const cell = cellOf(duration);
    if (self !== duration) (this.selves ??= copyOf(this.durations)).add(cellOf(self));
    else this.selves?.add(cell);
    this.durations.add(cell);
    this.calls++;
    this.total += duration;
    this.self += self;
    if (duration > this.max) this.max = duration;
    if (hasFailed) {
      this.errors++;
      (this.failures ??= new Histogram()).add(cell);
    }
  }

  merge(other: Tally): void {
    if (other.calls === 0) return;
    if (this.selves !== undefined || other.selves !== undefined) {
      (this.selves ??= copyOf(this.durations)).merge(other.selves ?? other.durations);
    }
    this.durations.merge(other.durations);
    if (other.failures !== undefined) (this.failures ??= new Histogram()).merge(other.failures);
    this.#addSums(other.calls, other.errors, other.total, other.self, other.max);
  }

  mergeEntry(slot: Slot, entry: number): void {
    const { cells, counts, sums } = slot;
    const from = entry === 0 ? 0 : slot.ends[entry * 3 - 1]!;
    const durationsEnd = slot.ends[entry * 3]!;
    const selvesEnd = slot.ends[entry * 3 + 1]!;
    const failuresEnd = slot.ends[entry * 3 + 2]!;
    const hasSelves = selvesEnd > durationsEnd;
    if (this.selves !== undefined || hasSelves) {
      this.selves ??= copyOf(this.durations);
      if (hasSelves) this.selves.addCells(cells, counts, durationsEnd, selvesEnd);
      else this.selves.addCells(cells, counts, from, durationsEnd);
    }
    this.durations.addCells(cells, counts, from, durationsEnd);
    if (failuresEnd > selvesEnd) {
      (this.failures ??= new Histogram()).addCells(cells, counts, selvesEnd, failuresEnd);
    }
    const at = entry * 5;
    this.#addSums(sums[at]!, sums[at + 1]!, sums[at + 2]!, sums[at + 3]!, sums[at + 4]!);
  }

  /** @param millis length of the period of the calls; 0 or NaN gives a rate of 0 */
  figures(millis: number): Figures {
    const { calls, errors, total, self, max } = this;
    const [p50, p95, p99] = this.durations.percentiles(SHARES).map((value) => Math.min(value, max)) as [
      number,
      number,
      number,
    ];
    const selfP95 = this.selves === undefined ? p95 : Math.min(this.selves.percentiles([0.95])[0]!, max);
    const perSecond = millis > 0 && millis < Infinity ? (calls * 1_000) / millis : 0;
    return { calls, perSecond, errors, total, self, p50, p95, p99, selfP95, max };
  }

  /** Clears it, keeping its arrays. */
  reset(): void {
    this.calls = this.errors = this.total = this.self = this.max = 0;
    this.durations.reset();
    this.selves = undefined;
    this.failures = undefined;
  }

  get allocated(): number {
    return this.durations.allocated + (this.selves?.allocated ?? 0) + (this.failures?.allocated ?? 0);
  }

  get bytes(): number {
    return this.durations.bytes + (this.selves?.bytes ?? 0) + (this.failures?.bytes ?? 0);
  }

  #addSums(calls: number, errors: number, total: number, self: number, max: number): void {
    this.calls += calls;
    this.errors += errors;
    this.total += total;
    this.self += self;
    if (max > this.max) this.max = max;
  }
}

function copyOf(histogram: Histogram): Histogram {
  const copy = new Histogram();
  copy.merge(histogram);
  return copy;
}
