import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchCase } from '../case.js';
import type { Spread } from '../measure/statistics.js';
import type { Results } from '../report/results.js';

/** The ratios that later runs are compared with, by major version of Node.js and row id. */
export type Baseline = Readonly<Record<string, Ratios>>;

export type Ratios = Readonly<Record<string, Spread>>;

const FILE = fileURLToPath(new URL('../baseline.json', import.meta.url));

export function readBaseline(): Baseline {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Baseline;
}

export function writeBaseline(baseline: Baseline): void {
  const threeDigits = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(3)) : value);
  writeFileSync(FILE, `${JSON.stringify(baseline, threeDigits, 1)}\n`);
}

/** The ratios of the guarded cases, as shown on the page. */
export function baselineOf(cases: readonly BenchCase[], { nodes }: Results): Baseline {
  const names = cases.filter(({ guarded }) => guarded).map(({ name }) => name);
  const byMajor = Object.entries(nodes).map(([major, { cases: measured }]) => {
    const figures = names.flatMap((name) => Object.entries(measured[name]?.figures ?? {}));
    return [major, Object.fromEntries(figures.map(([id, { ratio }]) => [id, ratio]))];
  });
  return Object.fromEntries(byMajor) as Baseline;
}

/** The ratios for this version of Node.js, or else for the next older one, or else for the oldest. */
export function ratiosFor(major: string, baseline: Baseline): Ratios {
  const majors = Object.keys(baseline)
    .map(Number)
    .sort((a, b) => a - b);
  const nearest = majors.findLast((each) => each <= Number(major)) ?? majors[0];
  return baseline[String(nearest)]!;
}
