import { BUDGET, measure } from './size.js';

/* Prints how large the package is, beside what it may be at most. */

const kilobytes = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`;

console.table(
  Object.fromEntries(
    Object.entries(await measure()).map(([what, bytes]) => [
      what,
      { size: kilobytes(bytes), 'at most': kilobytes(BUDGET[what as keyof typeof BUDGET]) },
    ]),
  ),
);
