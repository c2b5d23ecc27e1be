import { SpanCache, type DeliveredSpan, type OrphanEvent, type ReadableSpan, type SpanBatch } from 'otel-span-cache';
import { decodeOtlp, type OtlpSignal } from 'otel-span-cache/testing/remote';
import { receive, type ReceivedBatch } from 'otel-span-cache/threads';
import type { Redaction } from '../../host/redaction.js';
import { groupBy } from '../../model/group-by.js';
import type { SeenProcess } from '../../model/span-row.js';
import { markWith, takeProcessMark } from './process-mark.js';
import type { Rejected } from './otlp-answers.js';
import { MAX_SENDERS, OtlpSenders, type OtlpSender, type SenderTarget } from './otlp-senders.js';
import { PassedSpans } from './passed-spans.js';

/**
 * How long a span waits for its log records, in milliseconds. SDKs send the two in separate requests. Log records that
 * come later are shown on their own.
 */
const HOLD_MILLIS = 2_000;

/**
 * How long after its first request a process may still turn out to send log records, in milliseconds. A program that
 * runs briefly may send all its spans before its first log record.
 */
const UNSURE_MILLIS = 10_000;
const MAX_PARKED_MILLIS = 30_000;

const SUBSCRIPTION = { orphans: true, capacity: 32_768 } as const;

/** The receiver of spans and log records that arrive over OTLP. */
export interface OtlpTarget extends SenderTarget {
  accept(process: SeenProcess, batch: Required<ReceivedBatch>): void;
  countLoss(kind: OtlpLoss, count: number): void;
}

/** Kinds of losses: unreadable spans, spans of processes beyond the limit, and log records. */
export type OtlpLoss = 'unreadable spans' | 'refused spans' | 'log records';

/** Outcome of a request; undefined if its content type is unknown. */
export type OtlpTaken = { readonly rejected: Rejected | undefined } | undefined;

type Resource = ReadableSpan['resource'];
type LogRecord = Parameters<SpanCache['logRecordProcessor']['onEmit']>[0];

/**
 * Accepts OTLP requests: masks secrets, attaches log records to their spans, and passes spans on with their process.
 *
 * A log record arrives in a separate request, before or after its span. A cache merges the two, as in a service: it
 * holds spans for 2 s, and log records for at most 30 s. Spans of a process that has sent no log record within 10 s of
 * its first request are passed on at once, until it sends one. A log record of one of the last 10,000 spans that were
 * passed on is shown at once, on its own.
 */
export class OtlpIntake {
  readonly #target: OtlpTarget;
  readonly #redaction: Redaction;
  readonly #senders: OtlpSenders;
  readonly #merging = new SpanCache({ lateEvents: { holdMillis: HOLD_MILLIS }, maxParkedMillis: MAX_PARKED_MILLIS });
  readonly #processes = new Map<number, SeenProcess>();
  readonly #senderOf = new WeakMap<Resource, OtlpSender>();
  readonly #passed = new PassedSpans();
  #lost = 0;

  constructor(target: OtlpTarget, redaction: Redaction) {
    this.#target = target;
    this.#redaction = redaction;
    this.#senders = new OtlpSenders({
      add: (process) => {
        const seen = target.add(process);
        this.#processes.set(seen.id, seen);
        return seen;
      },
      end: (process) => {
        this.#processes.delete(process.id);
        target.end(process);
      },
    });
    this.#merging.subscribe(this.#onMerged, SUBSCRIPTION);
  }

  /** Spans lost while waiting for log records, and log records lost while waiting for their span. */
  get lost(): { readonly spans: number; readonly logs: number } {
    const { spans, events } = this.#merging.stats();
    const { relay: _elsewhere, ...dropped } = spans.dropped;
    const { duplicate: _again, ...droppedLogs } = events.dropped;
    return { spans: this.#lost + sumOf(dropped), logs: sumOf(droppedLogs) };
  }

  /** Number of processes that have sent something in the last five minutes. */
  get senders(): number {
    return this.#senders.size;
  }

  /**
   * Accepts the decompressed body of a request.
   *
   * @throws TypeError for a body that is not OTLP
   * @throws RangeError for a body with too many elements
   */
  take(signal: OtlpSignal, contentType: string | undefined, body: Uint8Array, now: number): OtlpTaken {
    const decoded = decodeOtlp(signal, contentType, body);
    if (decoded === undefined) return undefined;
    const { rejected, rejection } = decoded;
    let [refusedSpans, refusedLogs] = [0, 0];
    for (const [resource, spans] of byResource(decoded.spans)) {
      const sender = this.#senderFor(resource, now);
      if (sender === undefined) refusedSpans += spans.length;
      else this.#takeSpans(sender, spans, now);
    }
    for (const [resource, orphans] of byResource(decoded.orphans)) {
      const sender = this.#senderFor(resource, now);
      if (sender === undefined) refusedLogs += orphans.length;
      else this.#takeLogs(sender, orphans);
    }
    this.#target.countLoss(signal === 'traces' ? 'unreadable spans' : 'log records', rejected);
    this.#target.countLoss('refused spans', refusedSpans);
    this.#target.countLoss('log records', refusedLogs);
    return { rejected: rejectedOf(rejected, rejection, refusedSpans + refusedLogs) };
  }

  sweep(now: number): void {
    this.#senders.sweep(now);
  }

  /** Passes on the waiting spans and log records. */
  async close(): Promise<void> {
    await this.#merging.shutdown();
  }

  #senderFor(resource: Resource | undefined, now: number): OtlpSender | undefined {
    if (resource === undefined) return undefined;
    const sender = this.#senders.of(this.#redaction.resource(resource), now);
    if (sender !== undefined) this.#senderOf.set(resource, sender);
    return sender;
  }

  #takeSpans(sender: OtlpSender, spans: readonly DeliveredSpan[], now: number): void {
    const shown = readable(spans, (span) => this.#redaction.span(span));
    const mayHaveLogs = sender.sendsLogs || now - sender.since < UNSURE_MILLIS;
    if (mayHaveLogs) receive(this.#merging, markWith(sender.process.id, batchOf({ spans: shown })));
    else this.#pass(sender.process, shown);
    this.#target.countLoss('unreadable spans', spans.length - shown.length);
  }

  #takeLogs(sender: OtlpSender, orphans: readonly OrphanEvent[]): void {
    const shown = readable(orphans, (orphan) => this.#redaction.orphan(orphan));
    const alone: OrphanEvent[] = [];
    for (const orphan of shown) {
      const { spanContext } = orphan;
      if (spanContext !== undefined) sender.sendsLogs = true;
      if (spanContext === undefined) alone.push(orphan);
      else if (this.#passed.has(spanContext)) alone.push({ ...orphan, reason: 'late' });
      else {
        // The masked record may have another resource.
        if (orphan.resource !== undefined) this.#senderOf.set(orphan.resource, sender);
        this.#merging.logRecordProcessor.onEmit(recordOf(orphan));
      }
    }
    if (alone.length > 0) this.#target.accept(sender.process, batchOf({ orphans: alone }));
    this.#target.countLoss('log records', orphans.length - shown.length);
  }

  #pass(process: SeenProcess, spans: readonly DeliveredSpan[]): void {
    for (const span of spans) this.#passed.add(span.spanContext());
    this.#target.accept(process, batchOf({ spans }));
  }

  readonly #onMerged = ({ spans, orphans, dropped }: SpanBatch): void => {
    this.#lost += dropped;
    const merged = groupBy(spans, (span) => this.#processes.get(takeProcessMark(span)));
    for (const [process, ofProcess] of merged) {
      if (process === undefined) this.#lost += ofProcess.length;
      else this.#pass(process, ofProcess);
    }
    const alone = groupBy(orphans, ({ resource }) => resource && this.#senderOf.get(resource)?.process);
    for (const [process, ofProcess] of alone) {
      if (process !== undefined) this.#target.accept(process, batchOf({ orphans: ofProcess }));
    }
  };
}

function batchOf(batch: ReceivedBatch): Required<ReceivedBatch> {
  return { spans: [], orphans: [], dropped: 0, droppedOrphans: 0, ...batch };
}

function byResource<T extends { readonly resource: Resource | undefined }>(items: readonly T[]) {
  return groupBy(items, ({ resource }) => resource);
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function readable<T>(items: readonly T[], shownOf: (item: T) => T | undefined): T[] {
  return items.map(shownOf).filter((item) => item !== undefined);
}

/** The log record of an event. A span is expected even without the SAMPLED flag, which exporters need not send. */
function recordOf({ time, name, observedTime, spanContext, ...event }: OrphanEvent): LogRecord {
  return {
    ...event,
    hrTime: time,
    hrTimeObserved: observedTime,
    eventName: name,
    spanContext: { ...spanContext!, traceFlags: 1 },
  } as unknown as LogRecord;
}

function rejectedOf(malformed: number, reason: string | undefined, refused: number): Rejected | undefined {
  if (malformed + refused === 0) return undefined;
  const message =
    malformed > 0
      ? `malformed: ${reason}`
      : `the console takes spans and log records of ${MAX_SENDERS} processes at a time`;
  return { count: malformed + refused, message };
}
