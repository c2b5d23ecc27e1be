import { ForeignProviderError, MissingSdkError } from '../capture/errors.js';
import { PROBE_CONTEXT, type Recorder } from '../capture/recorder.js';
import { installCommand, type LoggerProvider, type LogsApi } from './user-sdk.js';

/**
 * Where log records of the global logger provider go:
 *
 * - `none`: no provider is registered
 * - `captured`: they arrive here
 * - `foreign`: they only go elsewhere
 * - `silent`: the provider accepts none, because it was shut down or filters them all
 * - `cache`: unknown; they arrive here if the provider has the cache's log record processor
 */
export type LoggerState = 'none' | 'captured' | 'foreign' | 'silent' | 'cache';

export interface LogSources {
  /** Returns the logs API that the SDK reads. */
  readonly findApi: () => LogsApi | undefined;
  /** Whether a logger provider could not be installed because the logs SDK is missing. */
  readonly lacksSdk: () => boolean;
  /** Whether log records come through a cache. */
  readonly hasCache: boolean;
  /** Whether log records may be emitted, uncounted, through a logs API that the SDK does not read. */
  readonly mayBeUnread: () => boolean;
}

/** Finds out whether log records of the global logger provider arrive in scopes. */
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
    // Unlike the API's no-op provider, an SDK's can flush.
    if (typeof provider?.forceFlush !== 'function') return 'none';
    return this.#stateOf(provider as Required<LoggerProvider>);
  }

  /**
   * @throws MissingSdkError if no logger provider could be installed
   * @throws ForeignProviderError if records of the registered one do not arrive here
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
and its log records do not arrive here. Add the processor where that provider is created:

  new NodeSDK({ logRecordProcessors: [tracing.logRecordProcessor] });
  new LoggerProvider({ processors: [tracing.logRecordProcessor] });`;
  }

  /**
   * Probes without emitting a record, which other processors would export. `enabled()` stops at the first processor
   * that returns true; `forceFlush()` reaches all processors.
   */
  #stateOf(provider: Required<LoggerProvider>): LoggerState {
    const logger = provider.getLogger('otel-span-cache/testing');
    const probed = this.#recorder.watchForProbe(() => logger.enabled?.({ context: PROBE_CONTEXT }));
    if (probed.arrived) return 'captured';
    if (probed.result === false) return 'silent';
    const flushed = this.#recorder.watchForProbe(() => void provider.forceFlush().catch(() => {}));
    return flushed.arrived ? 'captured' : 'foreign';
  }
}
