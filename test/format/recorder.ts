import { ROOT_CONTEXT, trace, type Span, type SpanOptions, type TimeInput } from '@opentelemetry/api';
import type { LogRecord } from '@opentelemetry/api-logs';
import type { SpanStoreOptions, Trace } from '../../src/index.js';
import { newCache } from '../caches.js';
import { startSdk } from '../sdk.js';

/** The members of a span, with times in milliseconds since the recording began. */
export interface Recorded extends Omit<SpanOptions, 'startTime'> {
  start?: number;
  parent?: Span;
  /** The span id of a parent in another process. */
  remoteParentId?: string;
}

export const TRACE_ID = '5b8efff798038103d269b633813fc60c';

const EPOCH_MILLIS = 1_700_000_000_000;

/** Records spans and logs of the real SDK at given times and with ids that count up. */
export class Recorder {
  readonly #store;
  readonly #sdk;

  /** `maxBytes` bounds what it keeps, as `cache.store()` does. */
  constructor(options?: Pick<SpanStoreOptions, 'maxBytes'>) {
    const cache = newCache();
    let spans = 0;
    this.#store = cache.store(options);
    this.#sdk = startSdk({
      spanProcessors: [cache.spanProcessor],
      logRecordProcessors: [cache.logRecordProcessor],
      idGenerator: {
        generateTraceId: () => TRACE_ID,
        generateSpanId: () => (++spans).toString(16).padStart(16, '0'),
      },
    });
  }

  start(name: string, { start = 0, parent, remoteParentId, ...options }: Recorded = {}): Span {
    const remote = remoteParentId && { traceId: TRACE_ID, spanId: remoteParentId, traceFlags: 1, isRemote: true };
    const parentContext = parent?.spanContext() ?? (remote || undefined);
    const context = parentContext ? trace.setSpanContext(ROOT_CONTEXT, parentContext) : ROOT_CONTEXT;
    return this.#sdk.tracer.startSpan(name, { ...options, startTime: at(start) }, context);
  }

  /** A whole span. */
  span(name: string, end: number, recorded?: Recorded): Span {
    const span = this.start(name, recorded);
    span.end(at(end));
    return span;
  }

  log(span: Span, millis: number, record: LogRecord): void {
    this.#sdk.logger.emit({ ...record, timestamp: at(millis), context: trace.setSpan(ROOT_CONTEXT, span) });
  }

  traces(): Trace[] {
    return this.#store.traces();
  }

  /** The only trace recorded. */
  trace(): Trace {
    const [only] = this.traces();
    return only as Trace;
  }
}

/** A time of the recording as the SDK takes it. */
export function at(millis: number): TimeInput {
  return [EPOCH_MILLIS / 1000, Math.round(millis * 1e6)];
}
