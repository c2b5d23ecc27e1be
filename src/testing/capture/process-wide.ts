import type { LogRecordProcessor, SpanProcessor } from '../../model/otel.js';
import { perProcess } from '../../support/per-process.js';
import type { InstalledSdk } from '../sdk/installed-sdk.js';
import { isProbe, Recorder } from './recorder.js';
import type { ScopeRecords } from './scope-records.js';
import type { TraceScope } from './trace-scope.js';

/** The parts of the kit that exist once per process. */
export type ProcessWide = ReturnType<typeof create>;

/** Shared by a test file that imports this package and one that requires it, and by two installed copies. */
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
    /** The objects that keep the SDK installed. */
    installers: new Set<object>(),
    /** The public scope of each scope's records. */
    scopes: new WeakMap<ScopeRecords, TraceScope>(),
  };
}

/** Ignores `shutdown()`, because tests read what is there after a service has shut down. */
export function capturingSpanProcessor(recorder: Recorder): SpanProcessor {
  return {
    onStart: (span, parentContext) => recorder.onStart(span, parentContext),
    onEnd: (span) => recorder.onEnd(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

/** Likewise, for log records. */
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
