import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withParts } from '../report/page.js';
import type { Console } from './consoles/console.js';
import type { Cell, Cells, Results } from './results.js';
import { GROUPS, ROWS, type Group, type Row } from './rows.js';

/* Generates the parts of console/docs/comparison.md between its markers from the results. */

const PAGE = fileURLToPath(new URL('../../console/docs/comparison.md', import.meta.url));

export function readPage(): string {
  return readFileSync(PAGE, 'utf8');
}

export function writePage(consoles: readonly Console[], results: Results): void {
  writeFileSync(PAGE, withParts(readPage(), partsOf(consoles, results)));
}

/** The generated parts, keyed by the name in their marker. */
export function partsOf(consoles: readonly Console[], results: Results): Record<string, string> {
  return {
    versions: versionsText(consoles, results),
    tables: groupsOf(results.cells)
      .map((group) => groupText(group, consoles, results.cells))
      .join('\n\n'),
  };
}

/** The tables for a terminal. */
export function tablesText(consoles: readonly Console[], cells: Cells): string {
  return groupsOf(cells)
    .map((group) => tableOf(group, consoles, cells))
    .join('\n\n');
}

function versionsText(consoles: readonly Console[], { machine, node, versions }: Results): string {
  const { cpu, cores, memoryGibibytes, system } = machine;
  return [
    ...consoles.map(({ id, name }) => `- \`${name}\` ${versions[id]}`),
    `- Node.js ${node} for all of them; ${cpu}, ${cores} cores, ${memoryGibibytes} GiB of memory, ${system}`,
  ].join('\n');
}

function groupsOf(cells: Cells): Group[] {
  return (Object.keys(GROUPS) as Group[]).filter((group) => rowsOf(group, cells).length > 0);
}

function rowsOf(group: Group, cells: Cells) {
  return ROWS.filter((row) => row.group === group && cells[row.id] !== undefined);
}

function groupText(group: Group, consoles: readonly Console[], cells: Cells): string {
  const how = rowsOf(group, cells).map((row) => `- **${row.what}**: ${row.how}`);
  return [`### ${GROUPS[group]}`, tableOf(group, consoles, cells), how.join('\n')].join('\n\n');
}

function tableOf(group: Group, consoles: readonly Console[], cells: Cells): string {
  const head = ['', ...consoles.map(({ name }) => `\`${name}\``)];
  const rows = rowsOf(group, cells).map((row) => [
    row.what,
    ...consoles.map(({ id }) => cellText(cells[row.id]![id], row)),
  ]);
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cellText(cell: Cell, { unit }: Row): string {
  if (typeof cell === 'string') return cell;
  const digits = unit === 'MB' && Math.abs(cell) < 10 ? 1 : 0;
  const figure = cell.toLocaleString('en', { maximumFractionDigits: digits });
  return unit === undefined || unit === '/s' ? figure : `${figure} ${unit}`;
}
