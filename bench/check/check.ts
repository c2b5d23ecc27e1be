import type { BenchCase } from '../case.js';
import { FULL, SHORT, type CaseResult, type Effort } from '../measure/measure-case.js';
import { number, spreadText } from '../report/terminal.js';
import type { Ratios } from './baseline.js';
import { isRegression, mostAllowed } from './regression.js';

/** A short look at first. What seems worse is looked at again, longer: on a busy machine it often was not. */
export const ATTEMPTS: readonly Effort[] = [SHORT, { millis: 1_000, processes: 2 }, FULL];

export type Measure = (benchCase: BenchCase, effort: Effort) => Promise<CaseResult>;

/** Holds cases against the ratios that they had, and prints each. Returns the ids of the rows that are worse. */
export async function check(cases: readonly BenchCase[], before: Ratios, measure: Measure): Promise<string[]> {
  const worse: string[] = [];
  for (const benchCase of cases) worse.push(...(await checkCase(benchCase, before, measure)));
  return worse;
}

async function checkCase(benchCase: BenchCase, before: Ratios, measure: Measure): Promise<string[]> {
  let suspects = benchCase.rows.map(({ id }) => id).filter((id) => before[id]);
  for (const effort of ATTEMPTS) {
    const { figures } = await measure(benchCase, effort);
    suspects = suspects.filter((id) => {
      const { ratio } = figures[id]!;
      const worse = isRegression(before[id]!, ratio);
      const limit = number(mostAllowed(before[id]!, ratio));
      console.log(`  ${worse ? '✘' : '✔'} ${id}: ${spreadText(ratio)}, was ${spreadText(before[id]!)}, limit ${limit}`);
      return worse;
    });
    if (suspects.length === 0) break;
  }
  return suspects;
}
