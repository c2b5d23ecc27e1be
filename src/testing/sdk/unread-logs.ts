import type { LoggerProvider, LogsApi } from './user-sdk.js';

/**
 * A logger provider for a logs API that the installed SDK does not read: counts what is emitted there, which reached
 * nobody before, either.
 */
export class UnreadLogs implements LoggerProvider {
  readonly #api: LogsApi;
  readonly #onEmit: () => void;

  constructor(api: LogsApi, onEmit: () => void) {
    this.#api = api;
    this.#onEmit = onEmit;
  }

  getLogger(): { emit(): void; enabled(): boolean } {
    return { emit: this.#onEmit, enabled: () => true };
  }

  /** Only where nobody has registered a provider. */
  install(): void {
    this.#api.setGlobalLoggerProvider(this);
  }

  remove(): void {
    if (this.#api.getLoggerProvider() === this) this.#api.disable();
  }
}
