import { isDeepStrictEqual } from 'node:util';
import type { FilterOptions, FilterSettings, Handle, SpanCache } from 'otel-span-cache';
import type { Filter, FilterRequest } from '../api/schemas.js';
import { clearTimeout, setTimeout } from './timers.js';

/** Settings that return at a point in time. */
interface End {
  readonly until: number;
  readonly after: FilterSettings;
  readonly timer: NodeJS.Timeout;
}

/**
 * The filter of the cache, which the console may change for a limited time. The earlier settings return after that
 * time, or when the console closes, unless the service itself changes the filter.
 */
export class TimedFilter {
  readonly #cache: SpanCache;
  readonly #listener: Handle;
  readonly #onChange = new Set<() => void>();
  #end: End | undefined;
  #isOwnChange = false;

  constructor(cache: SpanCache) {
    this.#cache = cache;
    this.#listener = cache.filter.onChange(() => {
      if (this.#isOwnChange) return;
      this.#cancel();
      this.#tell();
    });
  }

  get state(): Filter {
    const after = this.#end === undefined ? null : plain(this.#end.after);
    return { ...plain(this.#cache.filter.settings), until: this.#end?.until ?? null, after };
  }

  /**
   * Changes the filter: for `forMillis` if given, else permanently. A permanent change of one setting keeps the end of
   * the other.
   *
   * @throws TypeError and RangeError, as `cache.filter.set()` does
   */
  set({ forMillis, ...changes }: FilterRequest): void {
    const after = this.#end?.after ?? this.#cache.filter.settings;
    this.#apply(changes as FilterOptions);
    if (forMillis === undefined) this.#keep(changes as FilterOptions);
    else {
      this.#cancel();
      const timer = setTimeout(() => this.#restore(), forMillis).unref();
      this.#end = { until: Date.now() + forMillis, after, timer };
    }
    this.#tell();
  }

  onChange(listener: () => void): { close(): void } {
    this.#onChange.add(listener);
    return { close: () => this.#onChange.delete(listener) };
  }

  close(): void {
    this.#listener.close();
    this.#restore();
  }

  #restore(): void {
    const end = this.#end;
    if (end === undefined) return;
    this.#cancel();
    this.#apply(end.after);
    this.#tell();
  }

  #apply(changes: FilterOptions): void {
    this.#isOwnChange = true;
    try {
      this.#cache.filter.set(changes);
    } finally {
      this.#isOwnChange = false;
    }
  }

  /** Keeps changed settings beyond the end of the others, if there is one. */
  #keep(changed: FilterOptions): void {
    if (this.#end === undefined) return;
    const now = this.#cache.filter.settings;
    const after = {
      minSeverity: changed.minSeverity === undefined ? this.#end.after.minSeverity : now.minSeverity,
      scopes: changed.scopes === undefined ? this.#end.after.scopes : now.scopes,
    };
    if (isDeepStrictEqual(after, now)) this.#cancel();
    else this.#end = { ...this.#end, after };
  }

  #cancel(): void {
    clearTimeout(this.#end?.timer);
    this.#end = undefined;
  }

  #tell(): void {
    for (const listener of this.#onChange) listener();
  }
}

function plain({ minSeverity, scopes: { include, exclude } }: FilterSettings) {
  return { minSeverity, scopes: { include: [...include], exclude: [...exclude] } };
}
