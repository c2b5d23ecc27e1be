/** A signal that ends a process and leaves it time. */
export type EndingSignal = 'SIGTERM' | 'SIGINT';

/** What is to be done when the process, or the worker thread, ends. */
export interface LastSteps {
  /** Exports what there is. */
  forceFlush(): Promise<unknown>;
  /** Prints and exports what there is, and shuts down. For other threads it waits half of the time at most. */
  shutdown(timeoutMillis?: number): Promise<unknown>;
  /** What needs no waiting. May be called more than once. */
  finish(): void;
  /** How long the shutdown may take when this signal ends the process. */
  timeoutMillis(signal: EndingSignal): number;
  /** Says what was not exported, after a shutdown that was not over within these milliseconds, if any are given. */
  sayUnexported(timedOutAfterMillis?: number): void;
}
