/** Items with their sizes in bytes, in the same order. */
export interface Sized<T> {
  readonly items: readonly T[];
  readonly sizes: readonly number[];
}

/**
 * The items of a batch that fit into a buffer that already holds `used` of `max` bytes.
 *
 * Items larger than `max` are left out first, since they could never fit. If the rest does not fit, none are returned,
 * unless the buffer is empty: then items are kept in order, except any that would exceed the bound.
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
