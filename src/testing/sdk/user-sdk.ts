import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as api from '@opentelemetry/api';
import type { Context, ContextManager, TextMapPropagator, TracerProvider } from '@opentelemetry/api';
import type { LogRecordProcessor, SpanProcessor } from '../../model/otel.js';
import { MissingSdkError } from '../capture/errors.js';
import { loadedPackages } from './instrumentations.js';
import type { randomIds } from './random-ids.js';

/**
 * Packages that depend on the SDK's other packages. They serve as a place to resolve the others from, because some
 * package managers hide packages that a project does not list itself.
 */
const META_PACKAGES = ['sdk-node', 'sdk-trace-node', 'sdk-trace-base', 'sdk-trace', 'sdk-logs'];

const IS_3X = 'logs' in api;

/** The global logs API: in `api` from 1.10 on (the 3.x line), before that in `api-logs`. */
export interface LogsApi {
  getLoggerProvider(): LoggerProvider;
  setGlobalLoggerProvider(provider: object): object;
  disable(): void;
}

/** A logger provider: the API's no-op, or one of an SDK, which can flush. */
export interface LoggerProvider {
  getLogger(name: string): { enabled?(options: { context: Context }): boolean };
  forceFlush?(): Promise<void>;
}

interface TracerProviderOptions {
  spanProcessors: SpanProcessor[];
  sampler: object;
  idGenerator: typeof randomIds;
}

/** Exports of one of the SDK's packages, undefined where the package does not have them. */
interface SdkExports {
  readonly TracerProvider?: new (options: TracerProviderOptions) => TracerProvider;
  readonly BasicTracerProvider?: SdkExports['TracerProvider'];
  readonly AsyncLocalStorageContextManager?: new () => ContextManager;
  readonly W3CTraceContextPropagator?: new () => TextMapPropagator;
  readonly LoggerProvider?: new (options: { processors: LogRecordProcessor[] }) => object;
  readonly logs?: LogsApi;
}

/** The parts of the SDK that the user installed, with one interface for both lines. */
export interface UserSdk {
  newTracerProvider(options: TracerProviderOptions): TracerProvider;
  newContextManager(): ContextManager;
  /** Undefined if the SDK has none; then requests between processes start new traces. */
  newPropagator(): TextMapPropagator | undefined;
  /** Undefined if `sdk-logs` is not installed. */
  readonly logs: { readonly api: LogsApi; newLoggerProvider(processors: LogRecordProcessor[]): object } | undefined;
  /** A logs API that this SDK does not read: `api-logs` beside the 3.x line. */
  readonly unreadLogsApi: LogsApi | undefined;
}

/**
 * Finds the OpenTelemetry SDK that the user installed. This package does not depend on one, because it supports both
 * lines.
 *
 * @param from `file:` URL or path of a file or folder; packages are resolved from there upwards
 * @throws MissingSdkError with the command that installs the missing packages
 */
export function findUserSdk(from: string | undefined): UserSdk {
  const load = loader(from);
  const traceNames = IS_3X ? ['sdk-trace'] : ['sdk-trace-base', 'sdk-trace'];
  const trace = first(traceNames, load);
  const Provider = trace?.TracerProvider ?? trace?.BasicTracerProvider;
  const Contexts = load('context-async-hooks')?.AsyncLocalStorageContextManager;
  if (Provider === undefined || Contexts === undefined) {
    throw new MissingSdkError(missing(traceNames[0] as string, from ?? process.cwd()));
  }
  const Propagator = load('core')?.W3CTraceContextPropagator;
  const Logger = load('sdk-logs')?.LoggerProvider;
  const logsApi = findLogsApi(from);
  return {
    newTracerProvider: (options) => new Provider(options),
    newContextManager: () => new Contexts().enable(),
    newPropagator: () => Propagator && new Propagator(),
    logs: Logger && logsApi && { api: logsApi, newLoggerProvider: (processors) => new Logger({ processors }) },
    unreadLogsApi: IS_3X ? load('api-logs')?.logs : undefined,
  };
}

export function findLogsApi(from: string | undefined): LogsApi | undefined {
  return IS_3X ? (api as SdkExports).logs : loader(from)('api-logs')?.logs;
}

/** Whether a loaded logs API is not read by the installed line of OpenTelemetry. */
export function hasUnreadLogsApi(): boolean {
  return IS_3X && loadedPackages().has('@opentelemetry/api-logs');
}

export function installCommand(...names: string[]): string {
  return `npm install --save-dev ${names.map((name) => `@opentelemetry/${name}`).join(' ')}`;
}

function loader(from = join(process.cwd(), 'package.json')): (name: string) => SdkExports | undefined {
  const near = createRequire(from);
  return (name) =>
    loadFrom(near, name) ??
    first(META_PACKAGES, (meta) => {
      try {
        return loadFrom(createRequire(near.resolve(`@opentelemetry/${meta}`)), name);
      } catch {
        return undefined;
      }
    });
}

function loadFrom(require: NodeJS.Require, name: string): SdkExports | undefined {
  try {
    return require(`@opentelemetry/${name}`) as SdkExports;
  } catch {
    return undefined;
  }
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function missing(trace: string, from: string): string {
  return `no tracer provider is registered, and traceTesting() found no OpenTelemetry SDK to create one, searching
from ${from}. Install it:

  ${installCommand(trace, 'sdk-logs', 'context-async-hooks')}

Or use traceTesting({ install: false }) and add its spanProcessor and logRecordProcessor to your own provider.`;
}
