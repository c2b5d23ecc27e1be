import { diag } from '@opentelemetry/api';

const logger = diag.createComponentLogger({ namespace: 'otel-span-cache' });

/**
 * Writes to the application's diag logger. Never throws, even if that logger does, because it is called inside
 * `span.end()`, timers and exit listeners.
 */
export function report(level: 'error' | 'warn' | 'info', message: string, error?: unknown): void {
  try {
    if (error === undefined) logger[level](message);
    else logger[level](message, error);
  } catch {
    // The application's diag logger failed, so there is nowhere to report to.
  }
}

/** Wraps the code of a timer or a listener, so that an error is reported instead of becoming an uncaught exception. */
export function guarded<A extends unknown[]>(what: string, code: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      code(...args);
    } catch (error) {
      report('error', `${what} failed`, error);
    }
  };
}
