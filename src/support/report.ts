import { diag } from '@opentelemetry/api';

const logger = diag.createComponentLogger({ namespace: 'otel-span-cache' });

/**
 * Writes to the application's diag logger. Never throws, even if that logger does: a report is made from
 * inside `span.end()`, timers and exit listeners.
 */
export function report(level: 'error' | 'warn' | 'info', message: string, error?: unknown): void {
  try {
    if (error === undefined) logger[level](message);
    else logger[level](message, error);
  } catch {
    // The application's own diag logger failed. There is nowhere left to report to.
  }
}

/** A function for a timer or a listener that calls `code` and reports what it throws, so that nothing becomes uncaught. */
export function guarded<A extends unknown[]>(what: string, code: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      code(...args);
    } catch (error) {
      report('error', `${what} failed`, error);
    }
  };
}
