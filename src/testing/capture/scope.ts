import type { CapturedLog } from '../../trace/captured-span.js';
import type { ScopeKind } from '../explain/describe-scope.js';
import { unreadText, whyNoLogs, whyNoSpans, whyUnreachable } from '../explain/why-empty.js';
import { whyNoInstrumentation } from '../sdk/instrumentations.js';
import type { LogArrival } from '../sdk/log-arrival.js';
import type { SpanElsewhere } from '../snapshot/source.js';
import type { Handle } from '../../support/handle.js';
import { printable } from '../../trace/text/printable.js';
import { memberOf } from '../../model/value-parts.js';
import { RecordedScope } from './recorded-scope.js';
import type { Recorder } from './recorder.js';
import type { ScopeRecords } from './scope-records.js';
import type { SpanRecord } from './span-record.js';
import { startedWhileOpen, type Stray } from './strays.js';
import type { OpenScope, TraceRun } from './trace-scope.js';

const KIND: ScopeKind = {
  name: 'TraceScope',
  nothingSeen: 'No span was captured',
  open: 'Still open',
  notIdle: 'not every span ended',
  timeoutMillis: 1_000,
  idleSettleMillis: 0,
  inOrder: (records) => records,
  unfinished: (records) => records.filter(({ ended }) => !ended),
  lineOfUnfinished: ({ span, startedAt: place }) => {
    return `${printable(memberOf(span, 'name'))}${place === undefined ? '' : `, started at ${place}`}`;
  },
  headlineOf: (unfinished, spans) => `${unfinished} of ${spans} spans have not ended`,
  isOutside: (parentSpanId, ids) => !ids.has(parentSpanId),
};

/** A scope over spans and log records of this process. */
export class CaptureScope extends RecordedScope implements OpenScope, TraceRun<unknown> {
  /** The result of its function, once the function has returned. */
  result: unknown = undefined;
  readonly #recorder: Recorder;
  readonly #arrival: LogArrival;

  constructor(records: ScopeRecords, recorder: Recorder, arrival: LogArrival) {
    super(KIND, records, recorder.unowned);
    this.#recorder = recorder;
    this.#arrival = arrival;
  }

  override get logs(): readonly CapturedLog[] {
    if (this.records.logs.length === 0) this.#arrival.require();
    return super.logs;
  }

  run<T>(code: (scope: CaptureScope) => T): T {
    return this.#recorder.runIn(this.records, () => code(this));
  }

  close(): void {
    this.stopOwning();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Keeps the scope open, for waits, until the handle is closed. */
  keepOpen(): Handle {
    return this.records.keepOpen();
  }

  explainNoSpans(): string {
    return whyNoSpans(this.records, this.#recorder);
  }

  explainUnreachable(): string | undefined {
    // After `shutdown()`, the provider that was registered while the scope was open may be gone.
    const canTell = this.records.spans.length === 0 && this.#recorder.isUsed;
    return canTell ? whyUnreachable(this.#recorder)[0] : undefined;
  }

  spansElsewhere(): readonly SpanElsewhere[] {
    const { unowned, strays } = this.#recorder;
    return [
      ...unowned
        .spansSince(this.records.openedAt)
        .filter((record) => startedWhileOpen(record, this.records))
        .map(asUnowned),
      ...strays.of(this.records).map(asStray),
    ];
  }

  override explainInstrumentations(): string {
    return whyNoInstrumentation();
  }

  explainNoLogs(): string {
    return whyNoLogs(this.records, this.#recorder, this.#arrival);
  }

  explainUnreadLogs(): string | undefined {
    const { unreadLogs } = this.records;
    return unreadLogs > 0 ? unreadText(unreadLogs) : undefined;
  }
}

function asUnowned(record: SpanRecord): SpanElsewhere {
  return {
    span: record.captured(),
    place: `unowned: it was started outside the async context, traces and links of every scope`,
  };
}

function asStray({ record, ownerName }: Stray): SpanElsewhere {
  return {
    span: record.captured(),
    place: `owned by another scope: it was started in the async context of ${ownerName}, perhaps by a loop or timer started there`,
  };
}
