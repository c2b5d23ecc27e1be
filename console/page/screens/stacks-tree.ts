import type { StackRow } from '../../src/api/schemas.js';
import { groupBy } from '../group-by.js';

export interface StackLine {
  readonly row: StackRow;
  readonly depth: number;
  readonly parts: number;
}

/** Rows by their parent; a row whose parent is not among the rows is a root. */
export function childrenOf(rows: readonly StackRow[]): Map<number | null, StackRow[]> {
  const known = new Set(rows.map(({ id }) => id));
  return groupBy(rows, ({ parent }) => (parent !== null && known.has(parent) ? parent : null));
}

/** Rows of a tree in display order; siblings keep the order of the answer. */
export function stackLines(rows: readonly StackRow[], folded: ReadonlySet<number>): StackLine[] {
  const children = childrenOf(rows);
  const lines: StackLine[] = [];
  const waiting = (children.get(null) ?? []).map((row) => ({ row, depth: 0 })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { row, depth } = next;
    const parts = children.get(row.id) ?? [];
    lines.push({ row, depth, parts: parts.length });
    if (folded.has(row.id)) continue;
    for (let i = parts.length - 1; i >= 0; i--) waiting.push({ row: parts[i]!, depth: depth + 1 });
  }
  return lines;
}
