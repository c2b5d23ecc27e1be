import type { BenchCase, Row } from '../case.js';
import { barText, verdictOn, type Verdict } from './bar.js';
import type { Figure } from './figure.js';
import type { NodeResults, Results } from './results.js';
import { number, spreadText } from './terminal.js';

/* The tables of the page, in Markdown. A cell is empty if its row was not measured on that version of Node. */

/** Ratio, quartiles and verdict of every row of every case. */
export function ratioTable(cases: readonly BenchCase[], results: Results): string {
  return tableOf(['Command', 'Measured', 'Against', 'Bar', ...nodeNames(results)], cases, results, (row, name) => [
    `\`${name}\``,
    row.what,
    row.against,
    row.bar ? barText(row.bar) : '',
    (figure) => `**${spreadText(figure.ratio).replace(' ', '** ')}${verdict(row, figure)}`,
  ]);
}

/** Rows with a hand-written minimum, and its cost relative to the same rival. */
export function byHandTable(cases: readonly BenchCase[], results: Results): string {
  const byHand = cases.map((each) => ({ ...each, rows: each.rows.filter((row) => row.byHand) }));
  return tableOf(['Command', 'Hand-written', 'Against', ...nodeNames(results)], byHand, results, (row, name) => [
    `\`${name}\``,
    row.byHand!,
    row.against,
    (figure) => (figure.byHand ? spreadText(figure.byHand) : ''),
  ]);
}

/** Medians behind the ratios. */
export function absoluteTable(cases: readonly BenchCase[], results: Results): string {
  return tableOf(['Command', 'Measured', 'Unit', ...nodeNames(results)], cases, results, (row, name) => [
    `\`${name}\``,
    row.what,
    row.unit,
    (figure) => `${number(figure.ours)} / ${number(figure.theirs)}`,
  ]);
}

const SIGNS: Record<Verdict, string> = { met: '✔', close: '≈', missed: '✘' };

type Cells = [...string[], (figure: Figure) => string];

function tableOf(
  heads: readonly string[],
  cases: readonly BenchCase[],
  { nodes }: Results,
  cellsOf: (row: Row, name: string) => Cells,
): string {
  const lines = cases.flatMap(({ name, rows }) =>
    rows.map((row) => {
      const cells = cellsOf(row, name);
      const cellOf = cells.pop() as (figure: Figure) => string;
      return [...cells, ...Object.values(nodes).map((node) => cellFor(node, name, row, cellOf))];
    }),
  );
  return [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellFor({ cases }: NodeResults, name: string, { id }: Row, cellOf: (figure: Figure) => string): string {
  const figure = cases[name]?.figures[id];
  return figure === undefined ? '' : cellOf(figure);
}

function nodeNames({ nodes }: Results): string[] {
  return Object.values(nodes).map(({ version }) => `Node ${version}`);
}

function verdict({ bar }: Row, { ratio }: Figure): string {
  return bar === undefined ? '' : ` ${SIGNS[verdictOn(bar, ratio)]}`;
}
