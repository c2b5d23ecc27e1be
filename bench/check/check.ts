import type { BenchCase } from '../case.js';
import { FULL, SHORT, type CaseResult, type Effort } from '../measure/measure-case.js';
import type { Spread } from '../measure/statistics.js';
import { number, spreadText } from '../report/terminal.js';
import type { Ratios } from './baseline.js';
import { lookAt, mostAllowed, type Look } from './regression.js';

/** Efforts of successive measurements. Rows that seem worse or are unclear are measured again, for longer. */
export const ATTEMPTS: readonly Effort[] = [SHORT, { millis: 1_000, processes: 2 }, FULL];

const SIGNS: Record<Look, string> = { worse: '✘', fine: '✔', unclear: '≈', broken: '✘' };

export type Measure = (benchCase: BenchCase, effort: Effort) => Promise<CaseResult>;

/** Compares the ratios of cases with earlier ones, and prints each. Returns the ids of the rows that fail. */
export async function check(cases: readonly BenchCase[], before: Ratios, measure: Measure): Promise<string[]> {
  const failed: string[] = [];
  for (const benchCase of cases) failed.push(...(await checkCase(benchCase, before, measure)));
  return failed;
}

/** A row fails if it is worse in each measurement, or not a number in one. Prints rows that stay unclear. */
async function checkCase(benchCase: BenchCase, before: Ratios, measure: Measure): Promise<string[]> {
  const looks = new Map<string, Look[]>();
  for (const { id } of benchCase.rows) {
    if (before[id]) looks.set(id, []);
    else console.log(`  ? ${id}: not in bench/baseline.json, so not compared`);
  }
  for (const effort of ATTEMPTS) {
    const open = [...looks].filter(([, seen]) => isOpen(seen.at(-1)));
    if (open.length === 0) break;
    const { figures } = await measure(benchCase, effort);
    for (const [id, seen] of open) {
      const { ratio } = figures[id]!;
      const look = lookAt(before[id]!, ratio);
      seen.push(look);
      console.log(`  ${SIGNS[look]} ${id}: ${look}, ${lookText(before[id]!, ratio)}`);
    }
  }
  for (const [id, seen] of looks) {
    if (!fails(seen) && isOpen(seen.at(-1))) console.log(`  ≈ ${id}: too noisy to tell`);
  }
  return [...looks].filter(([, seen]) => fails(seen)).map(([id]) => id);
}

/** Whether another measurement is needed. */
function isOpen(last: Look | undefined): boolean {
  return last !== 'fine' && last !== 'broken';
}

function fails(seen: readonly Look[]): boolean {
  return seen.includes('broken') || seen.every((look) => look === 'worse');
}

function lookText(before: Spread, now: Spread): string {
  return `${spreadText(now)}, was ${spreadText(before)}, limit ${number(mostAllowed(before, now))}`;
}
