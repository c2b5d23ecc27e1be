import { ForeignProviderError, MissingSdkError } from '../capture/errors.js';
import { PROBE_CONTEXT, type Recorder } from '../capture/recorder.js';
import { installCommand, type LoggerProvider, type LogsApi } from './user-sdk.js';

/**
 * What becomes of log records of the global logger provider:
 *
 * - `none`: there is no provider
 * - `captured`: they arrive here
 * - `foreign`: they go elsewhere only
 * - `silent`: the provider takes none: it was shut down, or filters them all
 * - `cache`: they arrive if the provider has the log record processor of the cache, which is unknown
 */
export type LoggerState = 'none' | 'captured' | 'foreign' | 'silent' | 'cache';

export interface LogSources {
  /** Finds the logs API that the SDK reads. */
  readonly findApi: () => LogsApi | undefined;
  /** Whether a logger provider was to be installed and its SDK was not there. */
  readonly lacksSdk: () => boolean;
  /** Whether log records come by way of a cache. */
  readonly hasCache: boolean;
  /** Whether log records may be emitted through a logs API that nobody reads or watches. */
  readonly mayBeUnread: () => boolean;
}

export class LogArrival {
  readonly mayBeUnread: LogSources['mayBeUnread'];
  readonly #recorder: Recorder;
  readonly #sources: LogSources;

  constructor(recorder: Recorder, sources: LogSources) {
    this.#recorder = recorder;
    this.#sources = sources;
    this.mayBeUnread = sources.mayBeUnread;
  }

  state(): LoggerState {
    if (this.#sources.hasCache) return 'cache';
    const provider = this.#sources.findApi()?.getLoggerProvider();
    // Only an SDK's provider can flush.
    if (typeof provider?.forceFlush !== 'function') return 'none';
    return this.#stateOf(provider as Required<LoggerProvider>);
  }

  /**
   * @throws MissingSdkError if no logger provider could be installed
   * @throws ForeignProviderError if there is one whose records do not arrive here
   */
  require(): void {
    const state = this.state();
    if (state === 'foreign') throw new ForeignProviderError(this.foreignMessage());
    if (state !== 'none' || !this.#sources.lacksSdk()) return;
    const install = installCommand('sdk-logs');
    throw new MissingSdkError(`no log record can arrive, because no logs SDK was found. Install it: ${install}`);
  }

  foreignMessage(): string {
    const name = this.#sources.findApi()?.getLoggerProvider().constructor.name ?? 'unknown';
    return `a logger provider that traceTesting() did not install is registered (${name}),
and its log records do not arrive here. Add to it, where it is made:

  new NodeSDK({ logRecordProcessors: [tracing.logRecordProcessor] });
  new LoggerProvider({ processors: [tracing.logRecordProcessor] });`;
  }

  /**
   * Calls `enabled()`, which gets as far as the first processor that returns true, then `forceFlush()`, which reaches
   * all processors. A probe record would be exported by the others.
   */
  #stateOf(provider: Required<LoggerProvider>): LoggerState {
    const logger = provider.getLogger('otel-span-cache/testing');
    const asked = this.#recorder.watchForProbe(() => logger.enabled?.({ context: PROBE_CONTEXT }));
    if (asked.arrived) return 'captured';
    if (asked.result === false) return 'silent';
    const flushed = this.#recorder.watchForProbe(() => void provider.forceFlush().catch(() => {}));
    return flushed.arrived ? 'captured' : 'foreign';
  }
}
