import type { StackRow, Stacks } from '../../api/schemas.js';
import { sparkline } from '../../text/bars.js';
import { beside, piece, right, type Line, type Style } from '../../text/styled.js';
import { counted, duration, grouped, percent, rate } from '../../text/units.js';

/** A column of numbers. The names come last, because their lengths differ. */
interface Column {
  readonly title: string;
  readonly width: number;
  /** Minimum width of a terminal that shows it. */
  readonly from: number;
  readonly text: (row: StackRow) => string;
  readonly style?: (row: StackRow) => Style;
}

const COLUMNS: readonly Column[] = [
  { title: 'calls', width: 7, from: 100, text: ({ calls }) => grouped(calls) },
  { title: 'calls/s', width: 7, from: 0, text: ({ perSecond }) => rate(perSecond) },
  {
    title: 'err',
    width: 5,
    from: 0,
    text: ({ errors, calls }) => (errors === 0 ? '' : percent(errors / Math.max(1, calls))),
    style: () => 'red',
  },
  { title: 'p50', width: 7, from: 0, text: ({ p50 }) => duration(p50) },
  { title: 'p95', width: 7, from: 0, text: ({ p95 }) => duration(p95) },
  { title: 'p99', width: 7, from: 90, text: ({ p99 }) => duration(p99) },
  { title: 'self p95', width: 8, from: 110, text: ({ selfP95 }) => duration(selfP95) },
  { title: 'share', width: 5, from: 0, text: ({ share }) => percent(share) },
];

const SPARK_FROM = 120;
const SPARK_CELLS = 15;

/** Call paths as a tree, each with its figures. Siblings keep the given order. */
export function stacksTable({ rows, folded, late }: Stacks, width: number): Line[] {
  const columns = COLUMNS.filter(({ from }) => width >= from);
  const hasSpark = width >= SPARK_FROM;
  const header = beside(
    ...columns.map((column): Line => right([piece(column.title, 'dim')], column.width)),
    ...(hasSpark ? [[piece('calls over time'.padEnd(SPARK_CELLS), 'dim')]] : []),
    [piece('stack', 'dim')],
  );
  const lines = inTreeOrder(rows).map((row) =>
    beside(
      ...columns.map((column): Line => right([piece(column.text(row), column.style?.(row))], column.width)),
      ...(hasSpark ? [[piece(sparkline(row.spark, SPARK_CELLS).padEnd(SPARK_CELLS), 'cyan')]] : []),
      nameOf(row),
    ),
  );
  return [
    header,
    ...lines,
    ...(folded > 0 ? [[piece(`${counted(folded, 'call')} counted under (others)`, 'yellow')]] : []),
    ...(late > 0 ? [[piece(`${counted(late, 'span')} arrived too late for this window`, 'yellow')]] : []),
  ];
}

function nameOf({ depth, name, kind, value, nPlusOne, before, p95 }: StackRow): Line {
  return [
    piece('  '.repeat(Math.min(depth, 20))),
    piece(name, 'bold'),
    ...(value === null ? [] : [piece(` ${value}`, 'cyan')]),
    ...(kind === 'internal' ? [] : [piece(` ${kind}`, 'dim')]),
    ...(nPlusOne ? [piece(' ⚠N+1', 'yellow')] : []),
    ...(before === null ? [] : [piece(`  p95 was ${duration(before.p95)}`, p95 > before.p95 ? 'red' : 'green')]),
  ];
}

/** Puts each row below its parent. A row whose parent is missing is a root. */
function inTreeOrder(rows: readonly StackRow[]): StackRow[] {
  const ids = new Set(rows.map(({ id }) => id));
  const below = new Map<number | null, StackRow[]>();
  for (const row of rows) {
    const parent = row.parent !== null && row.parent !== row.id && ids.has(row.parent) ? row.parent : null;
    const siblings = below.get(parent);
    if (siblings === undefined) below.set(parent, [row]);
    else siblings.push(row);
  }
  const ordered: StackRow[] = [];
  const waiting = (below.get(null) ?? []).toReversed();
  for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
    ordered.push(row);
    waiting.push(...(below.get(row.id) ?? []).toReversed());
    below.delete(row.id);
  }
  return ordered;
}
