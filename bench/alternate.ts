/** Something to time: `run` does it `count` times. */
export interface Variant {
  readonly name: string;
  readonly run: (count: number) => void;
  /** Called before each round, and not timed. */
  readonly prepare?: () => void;
}

/** The median, and the quarter and three-quarter marks. */
export interface Quartiles {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Nanoseconds per item, of the rounds. */
export interface Timing extends Quartiles {
  readonly name: string;
}

/**
 * Times variants in turn, round by round: whatever the machine does meanwhile hits them alike, so their
 * ratios hold where their times do not. The first quarter of the rounds warms up and is not counted.
 */
export function alternate(variants: readonly Variant[], rounds: number, count: number): Timing[] {
  const times = variants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    variants.forEach(({ run, prepare }, which) => {
      prepare?.();
      const start = process.hrtime.bigint();
      run(count);
      const nanos = Number(process.hrtime.bigint() - start) / count;
      if (round >= rounds / 4) times[which]!.push(nanos);
    });
  }
  return variants.map(({ name }, which) => ({ name, ...quartiles(times[which]!) }));
}

/** Each timing with its ratio to the first. */
export function report(timings: readonly Timing[]): string {
  const [base] = timings;
  return timings
    .map(({ name, median, low, high }) => {
      const ratio = (median / base!.median).toFixed(2);
      return `${name}: ${median.toFixed(0)} ns (${low.toFixed(0)}–${high.toFixed(0)}), ratio ${ratio}`;
    })
    .join('\n');
}

export function quartiles(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))]!;
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}
