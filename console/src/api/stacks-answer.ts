import type { StackRow, StacksRequest } from './schemas.js';

type Sort = NonNullable<StacksRequest['sort']>;

const DEFAULT_LIMIT = 500;

/**
 * The first rows of an order, at most `limit`. The ancestors of a row are included, so that a tree can be drawn; a row
 * that does not fit together with its ancestors is left out.
 */
export function firstRows(rows: readonly StackRow[], sort: Sort = 'total', limit = DEFAULT_LIMIT): StackRow[] {
  const sorted = [...rows].sort((a, b) => compare(a, b, sort) || a.id - b.id);
  if (sorted.length <= limit) return sorted;
  const byId = new Map(rows.map((row) => [row.id, row]));
  const chosen = new Set<StackRow>();
  for (const row of sorted) {
    const missing = lineOf(row, byId).filter((member) => !chosen.has(member));
    if (chosen.size + missing.length <= limit) for (const member of missing) chosen.add(member);
    if (chosen.size === limit) break;
  }
  return sorted.filter((row) => chosen.has(row));
}

function compare(a: StackRow, b: StackRow, sort: Sort): number {
  return sort === 'name' ? compareTexts(a.name, b.name) : b[sort] - a[sort];
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** A row and its ancestors. */
function lineOf(row: StackRow, byId: ReadonlyMap<number, StackRow>): StackRow[] {
  const line = new Set<StackRow>();
  for (let member: StackRow | undefined = row; member !== undefined && !line.has(member);) {
    line.add(member);
    member = member.parent === null ? undefined : byId.get(member.parent);
  }
  return [...line];
}
