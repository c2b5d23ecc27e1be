/** How long to wait for the spans of a function. */
export interface EmitOptions {
  /**
   * How long to wait for spans that are still open when the function has returned, in milliseconds of real
   * time. Default 1,000.
   */
  readonly timeoutMillis?: number;
}
