/**
 * A moment that comes, by one of two clocks: the wall clock for a date, which moves when that clock is set, and
 * the monotonic clock for a duration, which does not.
 */
export class Deadline {
  /** Never comes. */
  static readonly NEVER = new Deadline(Infinity, wallClock);

  static at(epochMillis: number): Deadline {
    return new Deadline(epochMillis, wallClock);
  }

  static in(millis: number): Deadline {
    return new Deadline(monotonicClock() + millis, monotonicClock);
  }

  /** Public, so that two for the same moment are equal. */
  readonly at: number;
  readonly now: () => number;

  private constructor(at: number, now: () => number) {
    this.at = at;
    this.now = now;
  }

  /** Zero or less when the moment has come. */
  get millisLeft(): number {
    return this.at - this.now();
  }

  /** When it comes by the wall clock; of a duration, as far as can be told now. */
  get epochMillis(): number {
    return this.now === wallClock ? this.at : Math.round(wallClock() + this.millisLeft);
  }
}

// Read through their global names each time: a test may fake them.
function wallClock(): number {
  return Date.now();
}

function monotonicClock(): number {
  return performance.now();
}
