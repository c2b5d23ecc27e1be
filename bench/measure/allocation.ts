import type { Rounds, Variant } from './alternate.js';

/** V8 flags that prevent the garbage of a round from being collected before it is counted. */
export const NO_SCAVENGES = ['--min-semi-space-size=128', '--max-semi-space-size=128', '--single-threaded-gc'];

/** Warm-up rounds, because code that is not compiled yet allocates more. */
const WARM_UP_ROUNDS = 10;

/**
 * Measures the allocation of variants in turn, as the growth of the heap between two collections. `count` items must
 * fit into a young generation of 128 MiB, for which the process needs the flags `NO_SCAVENGES`.
 *
 * Returns the bytes per item of each variant, one value per round. A round with a garbage collection has a negative
 * value, and is omitted for all variants.
 */
export async function alternateAllocation(
  variants: readonly Variant[],
  { count, millis }: Rounds,
): Promise<number[][]> {
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    for (const variant of variants) await variant.run(count);
  }
  const rounds: number[][] = [];
  const start = performance.now();
  while (rounds.length < 5 || performance.now() - start < millis) {
    const bytes: number[] = [];
    for (const variant of variants) bytes.push(await allocated(variant, count));
    if (bytes.every((each) => each >= 0)) rounds.push(bytes);
  }
  return variants.map((_, which) => rounds.map((bytes) => bytes[which]!));
}

async function allocated({ run }: Variant, count: number): Promise<number> {
  gc!();
  const before = process.memoryUsage().heapUsed;
  await run(count);
  return (process.memoryUsage().heapUsed - before) / count;
}
