import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as api from '@opentelemetry/api';
import type { Context, ContextManager, TextMapPropagator, TracerProvider } from '@opentelemetry/api';
import type { LogRecordProcessor, SpanProcessor } from '../../model/otel.js';
import { MissingSdkError } from '../capture/errors.js';
import { loadedPackages } from './loaded-packages.js';
import type { IdGenerator } from './random-ids.js';

/** Those that bring the SDK's other packages, where a package manager hides what a project did not ask for. */
const BRINGERS = ['sdk-node', 'sdk-trace-node', 'sdk-trace-base', 'sdk-trace', 'sdk-logs'];

/** Whether the API is that of the 3.x line. */
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
  idGenerator: IdGenerator;
}

/** What the user's installed SDK offers, of whichever line it is. */
export interface UserSdk {
  newTracerProvider(options: TracerProviderOptions): TracerProvider;
  newContextManager(): ContextManager;
  /** Undefined if there is none: calls between processes and servers then start new traces. */
  newPropagator(): TextMapPropagator | undefined;
  /** Undefined if `sdk-logs` is not installed. */
  readonly logs:
    | { readonly api: LogsApi; newLoggerProvider(processors: LogRecordProcessor[]): object }
    | undefined;
  /** A logs API that is installed as well, and that this SDK does not read: `api-logs` beside the 3.x line. */
  readonly unreadLogsApi: LogsApi | undefined;
}

/**
 * Finds the OpenTelemetry SDK that the user installed. This package depends on none: it serves both lines.
 *
 * @param from a file or folder URL or path; packages are looked for from there upwards
 * @throws MissingSdkError with the command that installs what is missing
 */
export function findUserSdk(from: string | undefined): UserSdk {
  const load = loader(from ?? defaultPlace());
  const traceNames = IS_3X ? ['sdk-trace'] : ['sdk-trace-base', 'sdk-trace'];
  const trace = first(traceNames, load) as TracePackage | undefined;
  const Provider = trace?.TracerProvider ?? trace?.BasicTracerProvider;
  const hooks = load('context-async-hooks') as ContextPackage | undefined;
  if (Provider === undefined || hooks === undefined) {
    throw new MissingSdkError(missing(traceNames[0] as string, from ?? process.cwd()));
  }
  const core = load('core') as CorePackage | undefined;
  const Logger = (load('sdk-logs') as LogsPackage | undefined)?.LoggerProvider;
  const logsApi = findLogsApi(from);
  return {
    newTracerProvider: (options) => new Provider(options),
    newContextManager: () => new hooks.AsyncLocalStorageContextManager().enable(),
    newPropagator: () => core && new core.W3CTraceContextPropagator(),
    logs:
      Logger && logsApi && { api: logsApi, newLoggerProvider: (processors) => new Logger({ processors }) },
    unreadLogsApi: IS_3X ? (load('api-logs') as LogsHolder | undefined)?.logs : undefined,
  };
}

/** The logs API that the user's code has. */
export function findLogsApi(from: string | undefined): LogsApi | undefined {
  const holder = IS_3X ? api : loader(from ?? defaultPlace())('api-logs');
  return (holder as LogsHolder | undefined)?.logs;
}

/** Whether a logs API is loaded that the line of the installed API does not read. */
export function hasUnreadLogsApi(): boolean {
  return IS_3X && loadedPackages().has('@opentelemetry/api-logs');
}

function defaultPlace(): string {
  return join(process.cwd(), 'package.json');
}

interface LogsHolder {
  readonly logs: LogsApi;
}

interface TracePackage {
  readonly TracerProvider?: TracerProviderClass;
  readonly BasicTracerProvider?: TracerProviderClass;
}
type TracerProviderClass = new (options: TracerProviderOptions) => TracerProvider;

interface ContextPackage {
  readonly AsyncLocalStorageContextManager: new () => ContextManager;
}

interface CorePackage {
  readonly W3CTraceContextPropagator: new () => TextMapPropagator;
}

interface LogsPackage {
  readonly LoggerProvider: new (options: { processors: LogRecordProcessor[] }) => object;
}

export function installCommand(...names: string[]): string {
  return `npm install --save-dev ${names.map((name) => `@opentelemetry/${name}`).join(' ')}`;
}

function loader(from: string): (name: string) => unknown {
  const near = createRequire(from);
  return (name) =>
    loadFrom(near, name) ??
    first(BRINGERS, (bringer) => {
      try {
        return loadFrom(createRequire(near.resolve(`@opentelemetry/${bringer}`)), name);
      } catch {
        return undefined;
      }
    });
}

function loadFrom(require: NodeJS.Require, name: string): unknown {
  try {
    return require(`@opentelemetry/${name}`) as unknown;
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
  return `no tracer provider is registered, and traceTesting() found no OpenTelemetry SDK to make one of, looking
from ${from}. Install it:

  ${installCommand(trace, 'sdk-logs', 'context-async-hooks')}

Or use traceTesting({ install: false }), and put its spanProcessor and logRecordProcessor into a provider
of your own.`;
}
