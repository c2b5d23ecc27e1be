import type { LogLine, TraceSummary } from '../../src/api/schemas.js';
import { get } from '../api/client.js';
import { cut, epoch, type Watched } from '../api/live.js';
import { useHeldRows } from './list.js';
import { useOlder } from './older.js';

/** The rows of a live list and of its older pages. */
export interface LiveRows<T> {
  readonly rows: readonly T[];
  readonly fresh: number;
  /** Maximum number of rows that are counted as fresh. */
  readonly most: number;
  readonly isHeld: boolean;
  readonly hold: () => void;
  readonly release: () => void;
  readonly older: () => void;
}

interface RowsOf {
  readonly traces: TraceSummary;
  readonly logs: LogLine;
}

interface Page<T> {
  readonly rows: readonly T[];
  readonly cursor: string | null;
}

/** @param most rows per page */
export function useLiveRows<V extends keyof RowsOf>(
  asked: Watched<V>,
  answer: Page<RowsOf[V]> | undefined,
  most: number,
): LiveRows<RowsOf[V]> {
  const key = JSON.stringify([asked, epoch.value]);
  const { append, ...held } = useHeldRows(answer?.rows ?? [], key);
  const older = useOlder(
    key,
    // If rows were cut, the cursor is behind them, so the first page is read again.
    cut.value > 0 ? '' : (answer?.cursor ?? null),
    (cursor) => get<Page<RowsOf[V]>>(asked.view, { ...asked.parameters, cursor }),
    append,
  );
  // New rows come first only in the order `newest`; in another, they may come anywhere.
  const fresh = (asked.parameters['sort'] ?? 'newest') === 'newest' ? held.fresh : 0;
  return { ...held, fresh, most, older };
}
