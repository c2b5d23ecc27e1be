import type { LogRecordProcessor, SpanProcessor } from '../../model/otel.js';
import { isProbe, type Recorder } from './recorder.js';

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
