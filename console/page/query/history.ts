import { token } from '../state/token.js';

const STORED = 'otel-span-cache.queries';
const MOST = 50;

/** The last queries of this browser, newest first. */
export function recentQueries(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED) ?? '[]');
    return Array.isArray(stored) ? stored.filter((query) => typeof query === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** Remembers a query, unless it contains a pasted address with the token. */
export function noteQuery(query: string): void {
  const secret = token.peek();
  if (query === '' || (secret !== undefined && query.includes(secret))) return;
  const queries = [query, ...recentQueries().filter((known) => known !== query)].slice(0, MOST);
  try {
    localStorage.setItem(STORED, JSON.stringify(queries));
  } catch {
    // The storage is full or forbidden; the page works without it.
  }
}

/** Steps through the queries, from the newest to older ones and back. */
export class QueryWalk {
  #queries: readonly string[] = [];
  #at = -1;

  /**
   * Returns the next query.
   *
   * @param shown text of the box: stepping begins in an empty box, and continues while the box shows the last result
   * @param by 1 for an older query, -1 for a newer one
   * @returns undefined if the box shows a text of the user's own
   */
  step(shown: string, by: 1 | -1): string | undefined {
    if (shown === '') {
      this.#queries = recentQueries();
      this.#at = by === 1 ? -1 : this.#queries.length;
    } else if (this.#queries[this.#at] !== shown) return undefined;
    this.#at = Math.max(-1, Math.min(this.#queries.length, this.#at + by));
    return this.#queries[this.#at] ?? '';
  }
}
