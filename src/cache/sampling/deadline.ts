/**
 * A point in time, on one of two clocks: the wall clock, which can be set, for a date; the monotonic clock, which
 * cannot, for a duration.
 */
export class Deadline {
  /** Never reached. */
  static readonly NEVER = new Deadline(Infinity, wallClock);

  static at(epochMillis: number): Deadline {
    return new Deadline(epochMillis, wallClock);
  }

  static in(millis: number): Deadline {
    return new Deadline(monotonicClock() + millis, monotonicClock);
  }

  /** Public, so that equal deadlines compare as deeply equal. */
  readonly at: number;
  readonly now: () => number;

  private constructor(at: number, now: () => number) {
    this.at = at;
    this.now = now;
  }

  /** Zero or less once the deadline is reached. */
  get millisLeft(): number {
    return this.at - this.now();
  }

  /** The deadline by the wall clock; for a duration, estimated from both clocks. */
  get epochMillis(): number {
    return this.now === wallClock ? this.at : Math.round(wallClock() + this.millisLeft);
  }
}

// Looked up on each call: a test may fake them.
function wallClock(): number {
  return Date.now();
}

function monotonicClock(): number {
  return performance.now();
}
