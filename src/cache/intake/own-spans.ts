import { trace, type Context } from '@opentelemetry/api';
import { isSubscriberOnStack } from '../suppression.js';
import type { Driver } from '../driver/driver.js';

/**
 * The spans that subscribers start while processing spans. Delivering these would start further spans in an endless
 * loop.
 *
 * With a context manager the SDK does not record them. Without one, a span is a subscriber's own if a delivery or
 * `untraced()` is on the stack when it starts, or if its parent is such a span. References are weak. Until the first
 * such span, a look-up costs one field access.
 */
export class OwnSpans {
  readonly #driver: Driver;
  #spans: WeakSet<object> | undefined;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** Called when a span starts. Returns whether it is a subscriber's own. */
  started(span: unknown, parentContext: Context): boolean {
    if (!this.#driver.moving && !isSubscriberOnStack() && !this.#isParent(parentContext)) return false;
    if (typeof span !== 'object' || span === null) return false;
    (this.#spans ??= new WeakSet()).add(span);
    return true;
  }

  has(span: unknown): boolean {
    return this.#spans !== undefined && this.#spans.has(span as object);
  }

  /** Tolerates an invalid context, which another processor may pass on. */
  #isParent(context: Context): boolean {
    if (this.#spans === undefined) return false;
    try {
      return this.has(trace.getSpan(context));
    } catch {
      return false;
    }
  }
}
