/** Work to compare with other work on as many items. */
export interface Variant {
  /** Works on `count` items. Returns the nanoseconds to count; nothing means: all that the process used. */
  readonly run: (count: number) => number | void | Promise<number | void>;
  /** Called before each round, and not timed. */
  readonly prepare?: () => void;
  /** Its items in each round, where they are not as many as those of the others. */
  readonly count?: number;
}

export interface Rounds {
  /** Items of each variant in each round. */
  readonly count: number;
  /** How long to go on, warm-up included. A round that has begun is finished. */
  readonly millis: number;
}

/** Rounds to count at least, however slow they are. */
const MIN_ROUNDS = 5;

/** Rounds to leave out at least: until they are over, V8 has compiled little. */
const MIN_WARM_UP_ROUNDS = 2;

/** Which part of the time is warm-up, and not counted. */
const WARM_UP = 0.25;

/**
 * Times variants in turn, round by round: whatever the machine does meanwhile hits them alike, so their ratios in
 * a round hold where their times do not. Each round begins with another variant, and each variant with a young
 * generation that is empty: it pays for its own garbage only.
 *
 * Time is CPU time of the whole process, the collector's threads included: what other processes take does not
 * count, nor does waiting.
 *
 * Returns for each variant its nanoseconds per item, one value a round.
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
