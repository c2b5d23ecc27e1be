import { report } from './report.js';

/**
 * Reports a problem once per episode.
 *
 * A full queue drops thousands of spans in a row. The first drop is logged, the others are only counted, and the
 * total is logged at the end. The owner calls `end()` when the problem is over.
 */
export class Episode {
  #reported = false;
  #lost = 0;

  /**
   * Logs a warning, unless this episode has already logged one. Never throws, even if the diag logger does.
   *
   * @param lost number of items lost this time, for the summary
   */
  report(message: string, error?: unknown, lost = 0): void {
    this.#lost += lost;
    if (this.#reported) return;
    this.#reported = true;
    report('warn', message, error);
  }

  /** Runs code. Reports an error that it throws; ends the episode otherwise. */
  guard(message: string, code: () => void): void {
    try {
      code();
      this.end();
    } catch (error) {
      this.report(message, error);
    }
  }

  /**
   * Ends the episode, if there is one.
   *
   * @param summary returns a warning for the number of items lost in the episode; not called if that is 0
   */
  end(summary?: (lost: number) => string): void {
    const lost = this.#lost;
    this.#reported = false;
    this.#lost = 0;
    if (summary !== undefined && lost > 0) report('warn', summary(lost));
  }
}
