import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LiveRows } from './live-rows.js';

/**
 * Rows of a live list that stay in place while somebody reads them: new rows are counted, and shown after `release()`.
 *
 * @param live rows, newest first
 */
export function useHeldRows<T extends { readonly id: string | number }>(live: readonly T[], asked: string) {
  const [held, setHeld] = useState<readonly T[] | undefined>();
  const heldFor = useRef(asked);
  useEffect(() => setHeld(undefined), [asked]);
  const isHeld = held !== undefined && heldFor.current === asked;
  const rows = isHeld ? held : live;
  const known = isHeld ? new Set(held.map(({ id }) => id)) : undefined;
  const fresh = known === undefined ? 0 : countUntilKnown(live, known);
  return {
    rows,
    fresh,
    isHeld,
    hold: (): void => {
      if (isHeld || live.length === 0) return;
      heldFor.current = asked;
      setHeld(live);
    },
    append: (older: readonly T[]): void => {
      heldFor.current = asked;
      const ids = new Set(rows.map(({ id }) => id));
      // A page may overlap the rows: append only the part after the last known row.
      setHeld([...rows, ...older.slice(older.findLastIndex(({ id }) => ids.has(id)) + 1)]);
    },
    release: (): void => setHeld(undefined),
  };
}

/**
 * Rows whose figures change and that keep their order while somebody reads them, until `release()`. Rows that appear
 * meanwhile come last.
 */
export function useSteadyRows<T extends { readonly id: number }>(live: readonly T[], asked: string): LiveRows<T> {
  const [heldFor, setHeldFor] = useState<string>();
  const order = useRef<readonly number[]>([]);
  const isHeld = heldFor === asked;
  const rows = useMemo(() => {
    const byId = new Map(live.map((row) => [row.id, row]));
    const ids = new Set([...(isHeld ? order.current : []), ...byId.keys()]);
    return [...ids].flatMap((id) => byId.get(id) ?? []);
  }, [live, isHeld]);
  order.current = rows.map(({ id }) => id);
  return {
    rows,
    fresh: 0,
    most: 0,
    isHeld,
    hold: () => setHeldFor(asked),
    release: () => setHeldFor(undefined),
    older: () => {},
  };
}

function countUntilKnown(
  live: readonly { readonly id: string | number }[],
  known: ReadonlySet<string | number>,
): number {
  const index = live.findIndex(({ id }) => known.has(id));
  return index < 0 ? live.length : index;
}
