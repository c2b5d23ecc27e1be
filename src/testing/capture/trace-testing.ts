import type { LogRecordProcessor, SpanProcessor } from '../../model/otel.js';
import { hasInternals, internalsOf } from '../../cache/internals.js';
import type { SpanCache } from '../../cache/span-cache.js';
import type { AsyncDisposable } from '../../support/disposable.js';
import type { Handle } from '../../support/handle.js';
import { boolean, isString, ofType, resolveOptions, type OptionsOf } from '../../support/option.js';
import { checkArguments, type Assertion } from '../call-site.js';
import { attachScope, ForeignProviderError } from './errors.js';
import { InstalledSdk, registeredProvider } from '../sdk/installed-sdk.js';
import { LogArrival } from '../sdk/log-arrival.js';
import { activeScope, processWide, type ProcessWide } from './process-wide.js';
import { foreignProviderMessage, providerState } from '../sdk/provider-check.js';
import { SCOPE_LIMITS } from './scope-records.js';
import { CaptureScope } from './scope.js';
import type { OpenScope, TraceRun, TraceScope } from './trace-scope.js';
import { findLogsApi, findUserSdk, hasUnreadLogsApi, type LogsApi } from '../sdk/user-sdk.js';

/** Where spans and log records come from, and how many a scope keeps. */
export interface TraceTestingOptions {
  /**
   * A cache whose processors are registered with the application's provider. Spans and log records are observed there,
   * and nothing is installed. Registering only its `exporter` is not enough: an exporter receives spans too late to
   * find their scope. Default none.
   */
  cache?: SpanCache;
  /**
   * Whether to install a provider if none is registered, with a context manager, W3C propagation and, if `sdk-logs` is
   * installed, a logger provider. If false, add `spanProcessor` and `logRecordProcessor` to your own provider. Default
   * true. Ignored with a `cache`.
   */
  install?: boolean;
  /**
   * Whether to record where each span is started, so that errors can show where an open span was started. Costs a stack
   * trace per span. Default false.
   */
  captureStartStack?: boolean;
  /**
   * Maximum number of spans that a scope keeps. Further spans are dropped, counted in `droppedSpansCount` and mentioned
   * in messages. An integer from 1, default 100,000.
   */
  maxSpansPerScope?: number;
  /**
   * Maximum number of log records that a scope keeps. Further ones are dropped and counted in `droppedLogsCount`. An
   * integer from 1, default 100,000.
   */
  maxLogsPerScope?: number;
  /**
   * Where to resolve the SDK from: a `file:` URL, such as `import.meta.url` of a setup file, or an absolute path.
   * Default: the working directory.
   */
  resolveFrom?: string;
}

/** Name of a scope. */
export interface ScopeOptions {
  /** Name of the scope in messages, such as the title of the test. Default `scope 1` and so on. */
  readonly name?: string;
}

/** Captures spans and log records for tests. Works with `await using`. */
export interface TraceTesting extends AsyncDisposable {
  /** For your own provider. The same object in the whole process; registering it twice has no further effect. */
  readonly spanProcessor: SpanProcessor;
  /** For your own logger provider. The same object in the whole process. */
  readonly logRecordProcessor: LogRecordProcessor;
  /** The scope in whose async context this is read, if any. */
  readonly activeScope: TraceScope | undefined;
  /**
   * Runs code in a new scope, and resolves to that scope once the code has returned and its promise has resolved.
   *
   * Rejects with the error that the code throws, to which it adds the scope as property `scope`.
   *
   * @throws ForeignProviderError if spans of the registered provider do not arrive here
   * @throws TypeError for a wrong option
   */
  run<T>(code: (scope: TraceScope) => T | PromiseLike<T>, options?: ScopeOptions): Promise<TraceRun<T>>;
  /**
   * Opens a scope that stays open until it is closed.
   *
   * @throws ForeignProviderError if spans of the registered provider do not arrive here
   * @throws Error after `shutdown()`
   * @throws TypeError for a wrong option
   */
  openScope(options?: ScopeOptions): OpenScope;
  /**
   * Stops capturing. When the last instance of the process is shut down, the installed provider is unregistered; other
   * providers are not touched. Scopes stay readable. Idempotent.
   */
  shutdown(): Promise<void>;
}

const OPTIONS: OptionsOf<TraceTestingOptions> = {
  cache: ofType('a SpanCache', hasInternals),
  install: boolean(true),
  captureStartStack: boolean(false),
  ...SCOPE_LIMITS,
  resolveFrom: ofType('a file: URL or an absolute path', isString),
};

const SCOPE_OPTIONS: OptionsOf<ScopeOptions> = { name: ofType('a string', isString) };

let scopes = 0;

/**
 * Starts to capture spans and log records for tests.
 *
 * ```ts
 * const tracing = traceTesting();
 * const run = await tracing.run(() => checkout(order));
 * ```
 *
 * The whole process shares one provider, which is never replaced, so that instrumentation works in every order of test
 * files. Each test reads its own spans only, because a scope owns the spans that start in it.
 *
 * @throws ForeignProviderError if spans of the registered provider do not arrive here
 * @throws MissingSdkError if a provider has to be installed and no SDK is found
 * @throws TypeError for an unknown option or a value of the wrong type
 * @throws RangeError for a value out of range
 */
export function traceTesting(options?: TraceTestingOptions): TraceTesting {
  const resolved = checkArguments(traceTesting, () => resolveOptions(OPTIONS, options));
  return new ProcessTraceTesting(processWide(), resolved);
}

class ProcessTraceTesting implements TraceTesting {
  readonly spanProcessor: SpanProcessor;
  readonly logRecordProcessor: LogRecordProcessor;
  readonly #shared: ProcessWide;
  readonly #options: Required<TraceTestingOptions>;
  readonly #logArrival: LogArrival;
  readonly #observing: Handle | undefined;
  /** Providers whose probe spans have arrived. */
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
    // Passed as the method at whose call the stack of an error starts.
    // oxlint-disable-next-line typescript/unbound-method
    const scope = this.#open(this.run, options);
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

  openScope(options?: ScopeOptions): CaptureScope {
    // oxlint-disable-next-line typescript/unbound-method
    return this.#open(this.openScope, options);
  }

  #open(calledAs: Assertion, options: ScopeOptions | undefined): CaptureScope {
    const given: ScopeOptions = checkArguments(calledAs, () => resolveOptions(SCOPE_OPTIONS, options));
    const { name = `scope ${++scopes}` } = given;
    if (this.#isShutDown) throw new Error('traceTesting() was shut down and can open no more scopes');
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

  /**
   * Installs a provider if none is registered.
   *
   * @throws ForeignProviderError if the registered one lacks the span processor
   */
  #requireProvider(): void {
    const { installed, installers, recorder } = this.#shared;
    if (installed?.isRegistered) {
      installers.add(this);
      return;
    }
    const provider = registeredProvider();
    if (this.#trusted.has(provider)) return;
    // If every probe was dropped (`unsampled`), the processors are unknown. A wait for a span reports that state.
    const state = providerState(recorder);
    if (state === 'foreign') throw new ForeignProviderError(foreignProviderMessage());
    if (state === 'none' && this.#options.install) this.#install();
    if (state === 'captured') this.#trusted.add(provider);
  }

  #install(): void {
    const shared = this.#shared;
    const { recorder, spanProcessor, logRecordProcessor } = shared;
    shared.installed ??= new InstalledSdk(
      findUserSdk(this.#options.resolveFrom),
      recorder,
      spanProcessor,
      logRecordProcessor,
    );
    shared.installed.install();
    shared.installers.add(this);
  }
}
