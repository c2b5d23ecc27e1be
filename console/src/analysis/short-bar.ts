/** A period: offset and duration, in milliseconds. */
export type Stretch = [offset: number, duration: number];

const MAX_PARTS = 12;

/** Number of parts kept if there are too many: with the merged runs around them, at most 11 parts remain. */
const MAX_LONG = 5;

/**
 * Reduces a critical path to at most 12 parts: keeps the longest parts, and merges each run of parts between them.
 *
 * @param parts in time order, each starting where the previous one ends
 */
export function shortBar(parts: readonly Stretch[]): Stretch[] {
  if (parts.length <= MAX_PARTS) return [...parts];
  const long = new Set([...parts].sort((a, b) => b[1] - a[1]).slice(0, MAX_LONG));
  const bar: Stretch[] = [];
  let canGrow = false;
  for (const part of parts) {
    const isLong = long.has(part);
    const last = bar.at(-1);
    if (!isLong && canGrow && last !== undefined) bar[bar.length - 1] = [last[0], part[0] + part[1] - last[0]];
    else bar.push(part);
    canGrow = !isLong;
  }
  return bar;
}
