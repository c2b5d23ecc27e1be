import { report } from './report.js';

/**
 * A trouble that comes in episodes and is reported once in each.
 *
 * A full queue refuses thousands of spans in a row: the first refusal is worth a line, the rest are
 * worth a counter, and their number is worth a line at the end. The owner calls `end()` when the trouble is over.
 */
export class Episode {
  #reported = false;
  #lost = 0;

  /**
   * Logs a warning, unless this episode had one. Never throws, even if the diag logger does.
   *
   * @param lost items that the trouble cost this time, for the summary
   */
  report(message: string, error?: unknown, lost = 0): void {
    this.#lost += lost;
    if (this.#reported) return;
    this.#reported = true;
    report('warn', message, error);
  }

  /** Runs code: reports what it throws, and ends the episode if it throws nothing. */
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
   * @param summary makes a warning out of the number of items that the episode cost, if it cost any
   */
  end(summary?: (lost: number) => string): void {
    const lost = this.#lost;
    this.#reported = false;
    this.#lost = 0;
    if (summary !== undefined && lost > 0) report('warn', summary(lost));
  }
}
