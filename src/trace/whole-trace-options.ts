import { millisFrom, positiveInteger, type OptionsOf } from '../support/option.js';

/** How long a trace waits for its spans, and how many spans may wait. */
export interface WholeTraceOptions {
  /**
   * How long a trace waits for further spans after its local root has ended, in milliseconds. With 0, it is delivered
   * together with the batch that contains the root. From 0 to 2,147,483,647. Default 100.
   */
  settleMillis?: number;
  /**
   * How long a trace without its local root waits after its last span, in milliseconds. Then it is delivered with
   * `complete: false`. From 1 to 2,147,483,647. Default 5,000.
   */
  timeoutMillis?: number;
  /**
   * Maximum number of waiting spans. Above it, the oldest trace is delivered with `complete: false`, or dropped.
   * Default 20,000.
   */
  maxSpans?: number;
  /**
   * Estimated bytes that waiting spans may keep alive. Above it, the same happens as above `maxSpans`. Default
   * 67,108,864 (64 MiB).
   */
  maxBytes?: number;
}

export const WHOLE_TRACE_OPTIONS: OptionsOf<WholeTraceOptions> = {
  settleMillis: millisFrom(0, 100),
  timeoutMillis: millisFrom(1, 5_000),
  maxSpans: positiveInteger(20_000),
  maxBytes: positiveInteger(64 * 2 ** 20),
};
