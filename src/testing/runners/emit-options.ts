/** Options of assertions that run a function and check its spans. */
export interface EmitOptions {
  /**
   * How long to wait for spans that are still open after the function has returned, in milliseconds from 0 to 2³¹ − 1.
   * Fake timers do not affect it. Default 1,000.
   */
  readonly timeoutMillis?: number;
}
