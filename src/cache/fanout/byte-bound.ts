/** Items with their sizes in bytes, in the same order. */
export interface Sized<T> {
  readonly items: readonly T[];
  readonly sizes: readonly number[];
}

/**
 * The items of a batch for which a place has room that holds `used` bytes of at most `max`.
 *
 * As with bounds by number, a batch that does not fit is left out whole, and an empty place takes what it can hold.
 * An item that could never fit is left out alone: it costs the others nothing.
 */
export function fitting<T>(items: readonly T[], sizes: readonly number[], used: number, max: number): Sized<T> {
  const batch = { items, sizes };
  if (used + totalOf(batch) <= max) return batch;
  const possible = select(batch, (size) => size <= max);
  if (used + totalOf(possible) <= max) return possible;
  if (used > 0) return { items: [], sizes: [] };
  let left = max;
  return select(possible, (size) => {
    const fits = size <= left;
    if (fits) left -= size;
    return fits;
  });
}

export function totalOf({ sizes }: Sized<unknown>): number {
  return sizes.reduce((total, size) => total + size, 0);
}

function select<T>({ items, sizes }: Sized<T>, wanted: (size: number) => boolean): Sized<T> {
  const isSelected = sizes.map((size) => wanted(size));
  return { items: items.filter((_, i) => isSelected[i]), sizes: sizes.filter((_, i) => isSelected[i]) };
}
