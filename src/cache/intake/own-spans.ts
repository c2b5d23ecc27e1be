import { trace, type Context } from '@opentelemetry/api';
import { isSubscriberOnStack } from '../suppression.js';
import type { Driver } from '../driver/driver.js';

/**
 * The spans that subscribers start at their work: delivered, they would make more of themselves, for ever.
 *
 * With a context manager the SDK does not even record them. Without one, a span is known as a subscriber's own by its
 * start: a delivery, or what runs in `untraced()`, is on the stack then; or its parent is such a span. Weak: a span is
 * known for as long as somebody holds it. Until there is the first one, to ask costs a look at a field.
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
