import type { BenchCase, Curves, Plot, Row } from '../case.js';
import type { CaseResult } from '../measure/measure-case.js';
import type { Spread } from '../measure/statistics.js';
import { barText, verdictOn, type Verdict } from './bar.js';
import type { Figure } from './figure.js';

const VERDICTS: Record<Verdict, string> = { met: 'met', close: 'met within the spread', missed: 'NOT MET' };

/** Figures of a case, as text for the terminal. */
export function caseText({ rows, plot }: BenchCase, { figures, curves }: CaseResult): string {
  const texts = rows.map((row) => rowText(row, figures[row.id]!));
  if (plot && curves) texts.push(curvesText(plot, curves));
  return texts.join('\n');
}

export function spreadText({ low, median, high }: Spread): string {
  return `${number(median)} (${number(low)}–${number(high)})`;
}

/** Formats a number with three significant digits. */
export function number(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 100) return value.toFixed(0);
  if (magnitude >= 10) return value.toFixed(1);
  return value.toFixed(magnitude >= 0.1 || magnitude === 0 ? 2 : 3);
}

function curvesText({ xLabel, yLabel }: Plot, { x, lines }: Curves): string {
  const lineText = ([name, values]: [string, readonly number[]]) =>
    `    ${yLabel}, ${name}: ${values.map(number).join(', ')}`;
  return [`    ${xLabel}: ${x.join(', ')}`, ...Object.entries(lines).map(lineText)].join('\n');
}

function rowText({ what, against, unit, bar, byHand }: Row, figure: Figure): string {
  const verdict = bar ? `   bar ${barText(bar)}: ${VERDICTS[verdictOn(bar, figure.ratio)]}` : '';
  const lines = [
    `  ${what}`,
    `    against ${against}`,
    `    ratio ${spreadText(figure.ratio)}${verdict}`,
    `    ${number(figure.ours)} ${unit} against ${number(figure.theirs)} ${unit}`,
  ];
  if (byHand && figure.byHand) lines.push(`    hand-written ${spreadText(figure.byHand)}: ${byHand}`);
  return lines.join('\n');
}
