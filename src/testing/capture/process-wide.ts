import type { LogRecordProcessor, SpanProcessor } from '../../model/otel.js';
import { perProcess } from '../../support/per-process.js';
import type { InstalledSdk } from '../sdk/installed-sdk.js';
import { isProbe, Recorder } from './recorder.js';
import type { ScopeRecords } from './scope-records.js';
import type { TraceScope } from './trace-scope.js';

/** State of `traceTesting()` that exists once per process. */
export type ProcessWide = ReturnType<typeof create>;

/** The state shared by the ESM and the CommonJS build, and by several installed copies of this package. */
export function processWide(): ProcessWide {
  return perProcess('testing 2', create);
}

/** The scope in whose async context this is called. */
export function activeScope({ recorder, scopes }: ProcessWide): TraceScope | undefined {
  return recorder.activeScope && scopes.get(recorder.activeScope);
}

function create() {
  const recorder = new Recorder();
  return {
    recorder,
    spanProcessor: capturingSpanProcessor(recorder),
    logRecordProcessor: capturingLogRecordProcessor(recorder),
    installed: undefined as InstalledSdk | undefined,
    /** The `traceTesting()` instances that need the installed SDK. */
    installers: new Set<object>(),
    /** Public scopes by their records. */
    scopes: new WeakMap<ScopeRecords, TraceScope>(),
  };
}

/**
 * A span processor that feeds the recorder. It ignores `shutdown()`: tests read spans after their service has shut
 * down.
 */
export function capturingSpanProcessor(recorder: Recorder): SpanProcessor {
  return {
    onStart: (span, parentContext) => recorder.onStart(span, parentContext),
    onEnd: (span) => recorder.onEnd(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

/** A log record processor that feeds the recorder. It ignores `shutdown()`, as the span processor does. */
export function capturingLogRecordProcessor(recorder: Recorder): Required<LogRecordProcessor> {
  return {
    onEmit: (logRecord) => recorder.onEmit(logRecord),
    enabled: (options) => {
      if (isProbe(options?.context)) recorder.onProbe();
      return recorder.isUsed;
    },
    forceFlush: () => {
      recorder.onProbe();
      return Promise.resolve();
    },
    shutdown: () => Promise.resolve(),
  };
}
