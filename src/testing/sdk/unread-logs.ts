import type { LoggerProvider, LogsApi } from './user-sdk.js';

/** A logger provider that counts the log records of a logs API which the installed SDK does not read. */
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

  /** Has no effect if a provider is registered. */
  install(): void {
    this.#api.setGlobalLoggerProvider(this);
  }

  remove(): void {
    if (this.#api.getLoggerProvider() === this) this.#api.disable();
  }
}
