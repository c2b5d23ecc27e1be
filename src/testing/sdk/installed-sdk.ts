import { context, createContextKey, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { ContextManager, TextMapPropagator, TracerProvider } from '@opentelemetry/api';
import { PARENT_BASED } from '../../cache/sampling/default-sampler.js';
import type { LogRecordProcessor, Sampler, SpanProcessor } from '../../model/otel.js';
import { NOT_RECORD } from '../../model/sampling.js';
import { randomIds } from './random-ids.js';
import type { Recorder } from '../capture/recorder.js';
import type { LogsApi, UserSdk } from './user-sdk.js';

const CHECK = createContextKey('otel-span-cache/testing check');

/**
 * The tracer provider that `traceTesting()` installs, with a logger provider, a context manager and a propagator. It is
 * created once and never replaced, because a tracer stays bound to the first provider it was used with. After
 * `remove()`, `install()` registers the same provider again.
 */
export class InstalledSdk {
  readonly #sdk: UserSdk;
  readonly #tracerProvider: TracerProvider;
  readonly #loggerProvider: object | undefined;
  /** Logger provider that counts log records emitted through a logs API that this SDK does not read. */
  readonly #unreadLogs: object;
  readonly #contextManager: ContextManager;
  readonly #propagator: TextMapPropagator | undefined;
  /** Identifies the installed propagator: its `fields()` returns this array. */
  readonly #fields: string[];

  constructor(sdk: UserSdk, recorder: Recorder, spanProcessor: SpanProcessor, logRecordProcessor: LogRecordProcessor) {
    this.#sdk = sdk;
    this.#tracerProvider = sdk.newTracerProvider({
      spanProcessors: [spanProcessor],
      sampler: parentBasedSampler(recorder),
      idGenerator: randomIds,
    });
    const unreadLogger = { emit: () => recorder.onLost('unreadLogs'), enabled: () => true };
    this.#unreadLogs = { getLogger: () => unreadLogger };
    this.#loggerProvider = sdk.logs?.newLoggerProvider([logRecordProcessor]);
    this.#contextManager = sdk.newContextManager();
    const propagator = sdk.newPropagator();
    const fields = propagator?.fields() ?? [];
    this.#fields = fields;
    this.#propagator = propagator && {
      inject: (active, carrier, setter) => propagator.inject(active, carrier, setter),
      extract: (active, carrier, getter) => propagator.extract(active, carrier, getter),
      fields: () => fields,
    };
  }

  get hasLogs(): boolean {
    return this.#loggerProvider !== undefined;
  }

  get isRegistered(): boolean {
    return registeredProvider() === this.#tracerProvider;
  }

  /**
   * Registers the parts for which nothing is registered yet.
   *
   * @returns whether the registered tracer provider is now this one
   */
  install(): boolean {
    if (!this.isRegistered && !trace.setGlobalTracerProvider(this.#tracerProvider)) return false;
    if (!reachesApi(context)) context.setGlobalContextManager(this.#contextManager);
    if (this.#propagator && propagation.fields().length === 0) propagation.setGlobalPropagator(this.#propagator);
    if (this.#loggerProvider) this.#sdk.logs?.api.setGlobalLoggerProvider(this.#loggerProvider);
    this.#sdk.unreadLogsApi?.setGlobalLoggerProvider(this.#unreadLogs);
    return true;
  }

  /** Unregisters its parts. Tracers that are bound to the provider still work. */
  remove(): void {
    if (this.isRegistered) trace.disable();
    if (reachesApi(this.#contextManager)) context.disable();
    if (this.#propagator && propagation.fields() === this.#fields) propagation.disable();
    removeLoggerProvider(this.#sdk.unreadLogsApi, this.#unreadLogs);
    removeLoggerProvider(this.#sdk.logs?.api, this.#loggerProvider);
  }
}

function removeLoggerProvider(api: LogsApi | undefined, provider: object | undefined): void {
  if (api?.getLoggerProvider() === provider) api?.disable();
}

/** The global tracer provider itself, behind the API's proxy. */
export function registeredProvider(): TracerProvider {
  const provider = trace.getTracerProvider() as TracerProvider & { getDelegate?(): TracerProvider };
  return provider.getDelegate?.() ?? provider;
}

/**
 * Whether the API's active context is the one that `manager` activates. For the API's own `context`: whether any
 * context manager is registered.
 */
function reachesApi(manager: Pick<ContextManager, 'with'>): boolean {
  const marked = ROOT_CONTEXT.setValue(CHECK, true);
  return manager.with(marked, () => context.active().getValue(CHECK) === true);
}

/** The SDK's default sampler, which drops spans with an unsampled parent. Counts the spans it drops. */
function parentBasedSampler(recorder: Recorder): Sampler {
  return {
    shouldSample(...span) {
      const result = PARENT_BASED.shouldSample(...span);
      if (result.decision === NOT_RECORD) recorder.onLost('unsampled');
      return result;
    },
    toString: () => PARENT_BASED.toString(),
  };
}
