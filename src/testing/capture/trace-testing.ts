import type { LogRecordProcessor, SpanProcessor } from '../../model/otel.js';
import { hasInternals, internalsOf } from '../../cache/internals.js';
import type { SpanCache } from '../../cache/span-cache.js';
import type { AsyncDisposable } from '../../support/disposable.js';
import type { Handle } from '../../support/handle.js';
import { boolean, ofType, resolveOptions, type OptionsOf } from '../../support/option.js';
import { attachScope, ForeignProviderError } from './errors.js';
import { InstalledSdk, registeredProvider } from '../sdk/installed-sdk.js';
import { LogArrival } from '../sdk/log-arrival.js';
import { activeScope, processWide, type ProcessWide } from './process-wide.js';
import { foreignProviderMessage, providerState } from '../sdk/provider-check.js';
import { SCOPE_LIMITS } from './scope-records.js';
import { CaptureScope } from './scope.js';
import type { OpenScope, TraceRun, TraceScope } from './trace-scope.js';
import { findLogsApi, findUserSdk, hasUnreadLogsApi, type LogsApi } from '../sdk/user-sdk.js';

/** Where spans and log records come from. */
export interface TraceTestingOptions {
  /**
   * A cache that the application's own provider has. Spans and log records are observed at its processors, and nothing
   * is installed. Its `exporter` does not do, because it gets spans too late to find their scope. Default none.
   */
  cache?: SpanCache;
  /**
   * Whether to install a provider if none is registered, with a context manager, W3C propagation and, if `sdk-logs` is
   * installed, a logger provider. With false, put `spanProcessor` and `logRecordProcessor` into your own. Default
   * true; has no effect with a `cache`.
   */
  install?: boolean;
  /**
   * Whether to record where spans are started, so that errors can name the place of a span that did not end. Costs a
   * stack trace per span. Default false.
   */
  captureStartStack?: boolean;
  /**
   * Limit of the spans that a scope keeps. Spans that start at the limit are dropped, counted in `droppedSpansCount` and
   * mentioned in messages. From 1, default 100,000.
   */
  maxSpansPerScope?: number;
  /** Likewise, log records: `droppedLogsCount`. From 1, default 100,000. */
  maxLogsPerScope?: number;
  /**
   * Where to look for the SDK to install, as a `file:` URL or an absolute path, such as `import.meta.url` of a setup
   * file. Default: the working directory.
   */
  resolveFrom?: string;
}

/** Name of a scope. */
export interface ScopeOptions {
  /** Name of the scope in messages, such as the title of the test. Default `scope 1` and so on. */
  readonly name?: string;
}

/** Reads spans and logs in tests. Works with `await using`. */
export interface TraceTesting extends AsyncDisposable {
  /** For a provider of your own. The same object in the whole process; registering it twice is harmless. */
  readonly spanProcessor: SpanProcessor;
  /** Likewise, for log records. */
  readonly logRecordProcessor: LogRecordProcessor;
  /** The scope in whose async context this is read, if any. */
  readonly activeScope: TraceScope | undefined;
  /**
   * Runs code as one scope, and returns the scope when the code has returned and its promise has settled.
   *
   * Errors of the code are rethrown, with the scope as their property `scope`.
   *
   * @throws ForeignProviderError if a provider was registered whose spans do not arrive here
   */
  run<T>(code: (scope: TraceScope) => T | PromiseLike<T>, options?: ScopeOptions): Promise<TraceRun<T>>;
  /**
   * Opens a scope that stays open until it is closed.
   *
   * @throws ForeignProviderError as `run` does
   */
  openScope(options?: ScopeOptions): OpenScope;
  /**
   * Stops reading. The last of the process to do so unregisters what was installed, and nothing else. Scopes stay
   * readable. Idempotent.
   */
  shutdown(): Promise<void>;
}

const OPTIONS: OptionsOf<TraceTestingOptions> = {
  cache: ofType('a SpanCache', hasInternals),
  install: boolean(true),
  captureStartStack: boolean(false),
  ...SCOPE_LIMITS,
  resolveFrom: ofType('a file: URL or an absolute path', (value) => typeof value === 'string'),
};

let scopes = 0;

/**
 * Starts to read spans and log records for tests.
 *
 * ```ts
 * const tracing = traceTesting();
 * const run = await tracing.run(() => checkout(order));
 * ```
 *
 * The whole process shares one provider, which is never replaced, so that instrumentation keeps working in whatever
 * order test files run. Each test reads its own spans, because each `run` owns the spans that start in it.
 *
 * @throws ForeignProviderError if a provider is registered whose spans do not arrive here
 * @throws MissingSdkError if none is registered and no SDK is found
 * @throws TypeError for an unknown option or a value of the wrong type
 */
export function traceTesting(options?: TraceTestingOptions): TraceTesting {
  return new ProcessTraceTesting(processWide(), resolveOptions(OPTIONS, options));
}

class ProcessTraceTesting implements TraceTesting {
  readonly spanProcessor: SpanProcessor;
  readonly logRecordProcessor: LogRecordProcessor;
  readonly #shared: ProcessWide;
  readonly #options: Required<TraceTestingOptions>;
  readonly #logArrival: LogArrival;
  readonly #observing: Handle | undefined;
  /** Providers whose spans were seen to arrive. */
  readonly #trusted = new WeakSet<object>();
  #logsApi: LogsApi | undefined;
  #isShutDown = false;

  constructor(shared: ProcessWide, options: Required<TraceTestingOptions>) {
    this.spanProcessor = shared.spanProcessor;
    this.logRecordProcessor = shared.logRecordProcessor;
    this.#shared = shared;
    this.#options = options;
    this.#logArrival = new LogArrival(shared.recorder, {
      findApi: () => (this.#logsApi ??= findLogsApi(options.resolveFrom)),
      lacksSdk: () => shared.installers.has(this) && shared.installed?.hasLogs === false,
      hasCache: options.cache !== undefined,
      mayBeUnread: () => shared.installed?.isRegistered !== true && hasUnreadLogsApi(),
    });
    if (options.cache === undefined && options.install) this.#requireProvider();
    this.#observing = options.cache && internalsOf(options.cache).observe(shared.recorder);
    shared.recorder.addUser(this, options.captureStartStack);
  }

  get activeScope(): TraceScope | undefined {
    return activeScope(this.#shared);
  }

  async run<T>(code: (scope: TraceScope) => T | PromiseLike<T>, options?: ScopeOptions): Promise<TraceRun<T>> {
    const scope = this.openScope(options);
    try {
      scope.result = await scope.run(code);
      return scope as TraceRun<T>;
    } catch (error) {
      attachScope(error, scope);
      throw error;
    } finally {
      scope.close();
    }
  }

  openScope({ name = `scope ${++scopes}` }: ScopeOptions = {}): CaptureScope {
    if (this.#isShutDown) throw new Error('traceTesting() was shut down: it opens no scope any more');
    if (this.#options.cache === undefined) this.#requireProvider();
    const records = this.#shared.recorder.newScope(name, this.#options);
    const scope = new CaptureScope(records, this.#shared.recorder, this.#logArrival);
    this.#shared.scopes.set(records, scope);
    return scope;
  }

  shutdown(): Promise<void> {
    this.#isShutDown = true;
    const { recorder, installers } = this.#shared;
    this.#observing?.close();
    recorder.removeUser(this);
    if (installers.delete(this) && installers.size === 0) this.#shared.installed?.remove();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Installs a provider if there is none. The user's own provider must have the kit's processor. */
  #requireProvider(): void {
    const { installed, installers, recorder } = this.#shared;
    if (installed?.isRegistered) {
      installers.add(this);
      return;
    }
    const provider = registeredProvider();
    if (this.#trusted.has(provider)) return;
    // `unsampled` says nothing about the processors. A wait for a span reports it.
    const state = providerState(recorder);
    if (state === 'foreign') throw new ForeignProviderError(foreignProviderMessage());
    if (state === 'none' && this.#options.install) this.#install();
    if (state === 'captured') this.#trusted.add(provider);
  }

  #install(): void {
    const shared = this.#shared;
    const { recorder, spanProcessor, logRecordProcessor } = shared;
    shared.installed ??= new InstalledSdk(findUserSdk(this.#options.resolveFrom), recorder, spanProcessor, logRecordProcessor);
    shared.installed.install();
    shared.installers.add(this);
  }
}
