import type { MeterProvider } from '@opentelemetry/api';
import { expectation } from '../support/option.js';
import type { Handle } from '../support/handle.js';
import type { ReceivedBatch } from './intake/received-batch.js';
import type { SpanDemand } from './intake/gate.js';
import type { HookObserver } from './intake/hook-observers.js';

/** The methods of a cache that only the other parts of this package call: `testing/`, `threads/` and `register/`. */
export interface CacheInternals {
  /** Takes in what another cache delivered. Never throws. */
  receive(batch: ReceivedBatch): void;
  /** Calls the listener with what subscribers want, now and at each change. */
  onDemand(listener: (demand: SpanDemand) => void): Handle;
  /** Shows spans and log records to the observer, in the application's own calls. */
  observe(observer: HookObserver): Handle;
  /** Counts the cache on a meter provider that there was not when it was made. Throws what the provider throws. */
  startMetrics(meterProvider: MeterProvider): void;
  /** Delivers everything queued, as `flush()` does, but leaves held spans their time. */
  deliver(): void;
}

/** A global symbol: the cache may come from another copy of this package, such as the CommonJS build. */
const KEY = Symbol.for('otel-span-cache.internals');

const METHODS = ['receive', 'onDemand', 'observe', 'startMetrics', 'deliver'] as const;

/** Not enumerable: a cache that is printed or compared shows nothing of it. */
export function setInternals(cache: object, internals: CacheInternals): void {
  Object.defineProperty(cache, KEY, { value: internals });
}

export function hasInternals(cache: unknown): boolean {
  const internals = Object((Object(cache) as { [KEY]?: unknown })[KEY]) as Record<string, unknown>;
  return METHODS.every((method) => typeof internals[method] === 'function');
}

/** @throws TypeError for something that is no cache, or one of a version with other internals */
export function internalsOf(cache: object): CacheInternals {
  if (!hasInternals(cache)) throw new TypeError(expectation('cache', 'a SpanCache of this version', cache));
  return (cache as { [KEY]: CacheInternals })[KEY];
}
