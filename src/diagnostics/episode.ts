import { report } from './report.js';

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
    report('warn', message, error);
  }

  end(): void {
    this.#reported = false;
  }
}
