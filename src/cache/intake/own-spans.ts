import { trace, type Context } from '@opentelemetry/api';
import { isSubscriberOnStack } from '../suppression.js';
import type { Driver } from '../driver/driver.js';

/**
 * The spans that subscribers start while they work: if these were delivered, each would lead to more of them, for ever.
 *
 * With a context manager the SDK does not even record them. Without one, a span is a subscriber's own if a delivery or
 * `untraced()` is on the stack when it starts, or if its parent is such a span. Weak: a span is remembered for as long as
 * somebody holds it. Until there is the first one, a look-up costs one field.
 */
export class OwnSpans {
  readonly #driver: Driver;
  #spans: WeakSet<object> | undefined;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** A span has started; returns whether it is a subscriber's own. */
  started(span: unknown, parentContext: Context): boolean {
    if (!this.#driver.moving && !isSubscriberOnStack() && !this.#isParent(parentContext)) return false;
    if (typeof span !== 'object' || span === null) return false;
    (this.#spans ??= new WeakSet()).add(span);
    return true;
  }

  has(span: unknown): boolean {
    return this.#spans !== undefined && this.#spans.has(span as object);
  }

  /** A processor in front of the cache may pass on something that is no context, or nothing. */
  #isParent(context: Context): boolean {
    if (this.#spans === undefined) return false;
    try {
      return this.has(trace.getSpan(context));
    } catch {
      return false;
    }
  }
}
