import type { LogRecordProcessor, SpanProcessor } from '../../model/otel.js';
import type { InstalledSdk } from '../sdk/installed-sdk.js';
import { CapturingLogRecordProcessor, CapturingSpanProcessor } from './processors.js';
import { Recorder } from './recorder.js';
import type { ScopeRecords } from './scope-records.js';
import type { TraceScope } from './trace-scope.js';

/** What there is once per process. */
export interface ProcessWide {
  readonly recorder: Recorder;
  readonly spanProcessor: SpanProcessor;
  readonly logRecordProcessor: LogRecordProcessor;
  installed: InstalledSdk | undefined;
  /** Those who use what is installed. */
  readonly installers: Set<object>;
  /** What tests see of the scopes. */
  readonly scopes: WeakMap<ScopeRecords, TraceScope>;
}

const KEY = Symbol.for('otel-span-cache/testing 1');

/**
 * Global as the OpenTelemetry API's provider is: a test file that imports this package and one that requires
 * it get the same, and so do two copies of it.
 */
export function processWide(): ProcessWide {
  const holder = globalThis as { [KEY]?: ProcessWide };
  return (holder[KEY] ??= create());
}

function create(): ProcessWide {
  const recorder = new Recorder();
  return {
    recorder,
    spanProcessor: new CapturingSpanProcessor(recorder),
    logRecordProcessor: new CapturingLogRecordProcessor(recorder),
    installed: undefined,
    installers: new Set(),
    scopes: new WeakMap(),
  };
}
