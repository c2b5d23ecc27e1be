import type { LogRecordProcessor, SpanProcessor } from '../../model/otel.js';
import { perProcess } from '../../support/per-process.js';
import type { InstalledSdk } from '../sdk/installed-sdk.js';
import { capturingLogRecordProcessor, capturingSpanProcessor } from './processors.js';
import { Recorder } from './recorder.js';
import type { ScopeRecords } from './scope-records.js';
import type { TraceScope } from './trace-scope.js';

/** The parts of the kit that exist once per process. */
export interface ProcessWide {
  readonly recorder: Recorder;
  readonly spanProcessor: SpanProcessor;
  readonly logRecordProcessor: LogRecordProcessor;
  installed: InstalledSdk | undefined;
  /** The objects that keep the SDK installed. */
  readonly installers: Set<object>;
  /** The public scope of each scope's records. */
  readonly scopes: WeakMap<ScopeRecords, TraceScope>;
}

/** Shared by a test file that imports this package and one that requires it, and by two installed copies. */
export function processWide(): ProcessWide {
  return perProcess('testing 2', create);
}

function create(): ProcessWide {
  const recorder = new Recorder();
  return {
    recorder,
    spanProcessor: capturingSpanProcessor(recorder),
    logRecordProcessor: capturingLogRecordProcessor(recorder),
    installed: undefined,
    installers: new Set(),
    scopes: new WeakMap(),
  };
}
