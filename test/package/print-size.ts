import { BUDGET, measure, type Sizes } from './size.js';

/* Prints how large the package is, beside what it may be at most. */

const amount = (what: keyof Sizes, value: number): string =>
  what === 'files' ? value.toLocaleString('en') : `${Math.ceil(value / 1_000).toLocaleString('en')} kB`;

const sizes = await measure();
const rows = (Object.keys(BUDGET) as (keyof Sizes)[]).map(
  (what) => [what, amount(what, sizes[what]), amount(what, BUDGET[what])] as const,
);
for (const [what, size, most] of [['', 'is', 'at most'], ...rows]) {
  console.log(`${what.padEnd(36)}${size.padStart(10)}${most.padStart(10)}`);
}
