/**
 * Share of the runs that each property test names: a quarter on a developer's machine, all of them with `CI=true`.
 * `FC_RUNS` sets it: 1 are all, 10 are ten times as many.
 */
const SHARE = Number(process.env['FC_RUNS'] ?? (process.env['CI'] === 'true' ? 1 : 0.25));

/** Number of runs of a property, given the number for CI. */
export function runs(inCi: number): number {
  return Math.ceil(inCi * SHARE);
}

/**
 * Checks a property, and goes on until its runs have covered what the test is about: a rare path may need some more.
 * The caller asserts afterwards that they have.
 */
export async function checkUntil(isCovered: () => boolean, check: () => void | Promise<void>): Promise<void> {
  for (let round = 0; round < 10 && (round === 0 || !isCovered()); round++) await check();
}
