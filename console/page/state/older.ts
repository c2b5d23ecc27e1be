import { useRef } from 'preact/hooks';

interface Page<T> {
  readonly rows: readonly T[];
  readonly cursor: string | null;
}

/**
 * Loads older rows of a list, one page at a time.
 *
 * @param key identifies the list; a new key starts over
 * @param first cursor of the rows shown
 */
export function useOlder<T>(
  key: string,
  first: string | null,
  read: (cursor: string) => Promise<Page<T>>,
  append: (rows: readonly T[]) => void,
): () => void {
  const state = useRef({ key, cursor: undefined as string | null | undefined, busy: false });
  if (state.current.key !== key) state.current = { key, cursor: undefined, busy: false };
  const page = state.current;
  // The current function, because the rows may have changed between the request and the arrival of a page.
  const add = useRef(append);
  add.current = append;
  return () => {
    const cursor = page.cursor === undefined ? first : page.cursor;
    if (page.busy || cursor === null) return;
    page.busy = true;
    read(cursor).then(
      ({ rows, cursor: next }) => {
        page.busy = false;
        page.cursor = next;
        if (state.current === page) add.current(rows);
      },
      () => (page.busy = false),
    );
  };
}
