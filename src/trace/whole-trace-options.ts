import { millisFrom, positiveInteger, type OptionsOf } from '../support/option.js';

/** When a trace is delivered, and how much may wait for that. */
export interface WholeTraceOptions {
  /**
   * How long a trace waits for further spans once its local root has ended, in milliseconds. With 0 it is delivered
   * at the end of the delivery that brought the root. Default 100.
   */
  settleMillis?: number;
  /**
   * How long a trace waits for its local root while no span of it comes, in milliseconds. Then it is delivered with
   * `complete: false`. Default 5,000.
   */
  timeoutMillis?: number;
  /** Spans that may wait. Past that, the trace that has waited longest is delivered with `complete: false`. Default 20,000. */
  maxSpans?: number;
  /** About how many bytes the waiting spans may keep alive; past that, as past `maxSpans`. Default 67,108,864, which is 64 MiB. */
  maxBytes?: number;
}

export const WHOLE_TRACE_OPTIONS: OptionsOf<WholeTraceOptions> = {
  settleMillis: millisFrom(0, 100),
  timeoutMillis: millisFrom(1, 5_000),
  maxSpans: positiveInteger(20_000),
  maxBytes: positiveInteger(64 * 2 ** 20),
};
