import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LiveRows } from './live-rows.js';

/**
 * Rows of a live list that stay in place while somebody reads them: new rows are counted, and shown after `release()`.
 *
 * @param live rows, newest first
 */
export function useHeldRows<T extends { readonly id: string | number }>(live: readonly T[], asked: string) {
  const [held, setHeld] = useState<{ readonly asked: string; readonly rows: readonly T[] }>();
  useEffect(() => setHeld(undefined), [asked]);
  const isHeld = held?.asked === asked;
  const rows = isHeld ? held.rows : live;
  const known = new Set(rows.map(({ id }) => id));
  return {
    rows,
    fresh: isHeld ? countUntilKnown(live, known) : 0,
    isHeld,
    hold: (): void => {
      if (!isHeld && live.length > 0) setHeld({ asked, rows });
    },
    append: (older: readonly T[]): void => {
      // A page may overlap the rows: append only the part after the last known row.
      const added = older.slice(older.findLastIndex(({ id }) => known.has(id)) + 1);
      setHeld({ asked, rows: [...rows, ...added] });
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
