import type { SpanCache, SpanCacheOptions } from '../../src/index.js';

/** An end of a cache's work, and how many of the spans and log records that it saw it still refers to. */
export interface Leftover {
  readonly name: string;
  readonly kept: number;
  readonly options?: SpanCacheOptions;
  /** Subscribes, and returns what ends the work. */
  readonly subscribe: (cache: SpanCache) => () => unknown;
}

const reader = (cache: SpanCache) => {
  cache.subscribe(() => {});
  return () => cache.shutdown();
};

export const LEFTOVERS: readonly Leftover[] = [
  {
    name: 'a running cache that has delivered everything',
    kept: 0,
    subscribe(cache) {
      cache.subscribe(() => {});
      return () => cache.flush();
    },
  },
  {
    name: 'a running cache whose last subscription was closed unread',
    kept: 0,
    subscribe(cache) {
      const subscription = cache.subscribe({ capacity: 100_000 });
      return () => {
        cache.flush();
        subscription.close();
      };
    },
  },
  { name: 'after shutdown()', kept: 0, subscribe: reader },
  {
    name: 'after shutdown(), spans that were held and tracked',
    kept: 0,
    options: { lateEvents: { holdMillis: 3_600_000 }, trackOpenSpans: true },
    subscribe: reader,
  },
  {
    name: 'after shutdown(), spans that were amended',
    kept: 0,
    options: { lateEvents: 'amend' },
    subscribe: reader,
  },
  {
    name: 'after shutdown(), an exporter that never answered',
    kept: 0,
    subscribe(cache) {
      cache.addExporter({ export() {}, shutdown: async () => {} }, { exportTimeoutMillis: 5 });
      return () => cache.shutdown();
    },
  },
  {
    name: 'after shutdown(), a store of 1,000 spans',
    kept: 0,
    subscribe(cache) {
      const store = cache.store({ capacity: 1_000 });
      // The store is the user's own: it lives as long as this function does.
      return () => cache.shutdown().then(() => store);
    },
  },
];
