import type { MeterProvider } from '@opentelemetry/api';
import { expectation } from '../support/option.js';
import type { Handle } from '../support/handle.js';
import type { ReceivedBatch } from './intake/received-batch.js';
import type { SpanDemand } from './intake/gate.js';
import type { HookObserver } from './intake/hook-observers.js';

/** The methods of a cache that are reserved for `testing/`, `threads/` and `register/`. */
export interface CacheInternals {
  /** Accepts a batch that another cache delivered. Never throws. */
  receive(batch: ReceivedBatch): void;
  /** Calls the listener with the demand of all subscribers, now and at each change. */
  onDemand(listener: (demand: SpanDemand) => void): Handle;
  /** Calls the observer from the SDK's hooks, synchronously in the application's own calls. */
  observe(observer: HookObserver): Handle;
  /**
   * Starts the cache's metrics on a meter provider that was not available at construction. Throws the provider's
   * errors.
   */
  startMetrics(meterProvider: MeterProvider): void;
  /** Delivers everything queued, like `flush()`, but keeps holding held spans. */
  deliver(): void;
}

/** A global symbol, because the cache may come from another copy of this package, such as the CommonJS build. */
const KEY = Symbol.for('otel-span-cache.internals');

const METHODS = ['receive', 'onDemand', 'observe', 'startMetrics', 'deliver'] as const;

/** Not enumerable, so that printing or comparing a cache does not show it. */
export function setInternals(cache: object, internals: CacheInternals): void {
  Object.defineProperty(cache, KEY, { value: internals });
}

export function hasInternals(cache: unknown): boolean {
  const internals = Object((Object(cache) as { [KEY]?: unknown })[KEY]) as Record<string, unknown>;
  return METHODS.every((method) => typeof internals[method] === 'function');
}

/** @throws TypeError if the value is not a cache, or is from a version with other internals */
export function internalsOf(cache: object): CacheInternals {
  if (!hasInternals(cache)) throw new TypeError(expectation('cache', 'a SpanCache of this version', cache));
  return (cache as { [KEY]: CacheInternals })[KEY];
}
