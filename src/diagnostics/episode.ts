import { diag } from '@opentelemetry/api';

const logger = diag.createComponentLogger({ namespace: 'otel-span-cache' });

/**
 * A trouble that comes in episodes and is reported once in each.
 *
 * A full queue refuses thousands of spans in a row: the first refusal is worth a line, the rest are
 * worth a counter. The owner calls `end()` when the trouble is over.
 */
export class Episode {
  #reported = false;

  /** Logs a warning, unless this episode had one. Never throws, even if the diag logger does. */
  report(message: string, error?: unknown): void {
    if (this.#reported) return;
    this.#reported = true;
    try {
      if (error === undefined) logger.warn(message);
      else logger.warn(message, error);
    } catch {
      // The application's own diag logger failed. There is nowhere left to tell.
    }
  }

  end(): void {
    this.#reported = false;
  }
}
