/** Work that is compared with other work on the same number of items. */
export interface Variant {
  /** Processes `count` items. Returns the nanoseconds to count; undefined counts all CPU time of the process. */
  readonly run: (count: number) => number | void | Promise<number | void>;
  /** Called before each round, untimed. */
  readonly prepare?: () => void;
  /** Items of this variant in each round, if the number differs from the other variants. */
  readonly count?: number;
}

export interface Rounds {
  /** Items of each variant in each round. */
  readonly count: number;
  /** Duration, including warm-up. A round that has begun is completed. */
  readonly millis: number;
}

/** Minimum number of counted rounds. */
const MIN_ROUNDS = 5;

/** Minimum number of warm-up rounds, in which V8 has compiled little. */
const MIN_WARM_UP_ROUNDS = 2;

/** The part of the duration that is warm-up, and not counted. */
const WARM_UP = 0.25;

/**
 * Times variants in turn, round by round. Disturbances of the machine affect all variants of a round, so ratios within
 * a round are reliable even where times are not. Each round begins with a different variant, and each variant with an
 * empty young generation, so that it pays only for its own garbage.
 *
 * The time is the CPU time of the process, including threads of the garbage collector, but neither other processes nor
 * waiting.
 *
 * Returns the nanoseconds per item of each variant, one value per round.
 */
export async function alternate(variants: readonly Variant[], { count, millis }: Rounds): Promise<number[][]> {
  const times = variants.map((): number[] => []);
  const start = performance.now();
  for (let round = 0, counted = 0; counted < MIN_ROUNDS || performance.now() - start < millis; round++) {
    const warm = round >= MIN_WARM_UP_ROUNDS && performance.now() - start >= millis * WARM_UP;
    if (warm) counted++;
    for (let turn = 0; turn < variants.length; turn++) {
      const which = (round + turn) % variants.length;
      const perItem = await timed(variants[which]!, count);
      if (warm) times[which]!.push(perItem);
    }
  }
  return times;
}

async function timed({ run, prepare, count: own }: Variant, ofOthers: number): Promise<number> {
  const count = own ?? ofOthers;
  prepare?.();
  gc!({ type: 'minor' });
  const before = process.cpuUsage();
  const done = run(count);
  const counted = done instanceof Promise ? await done : done;
  const { user, system } = process.cpuUsage(before);
  return (counted ?? (user + system) * 1_000) / count;
}
