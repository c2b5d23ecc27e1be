import { report } from '../../support/report.js';
import { estimatedEventBytes, estimatedSpanBytes } from '../../model/estimated-bytes.js';
import type { LogEvent } from '../../model/log-event.js';
import type { ReadableSpan } from '../../model/otel.js';
import { SpanMap } from '../../model/span-map.js';
import type { CapturedEvent } from '../captured.js';
import type { RecordedSpan } from '../../trace/plain-span.js';
import { copyLog, type CopiedLog, type RecordedLog } from '../../trace/to-captured-span.js';
import { GONE, Ownership, type Owner } from '../capture/ownership.js';
import { ScopeRecords, type SizedScopeLimits } from '../capture/scope-records.js';
import { SpanRecord } from '../capture/span-record.js';
import { Unowned } from '../capture/unowned.js';

/**
 * Takes in what other processes sent, and gives it to the scope that owns it.
 *
 * As in the process itself a span belongs to the scope that has its trace, else to that of the traces it links to,
 * else to the only scope open. There is no async context to tell more: spans of two scopes at once are told apart
 * by their trace only.
 */
export class RemoteRecords {
  readonly unowned = new Unowned();
  receivedSpans = 0;
  receivedLogs = 0;
  readonly #limits: SizedScopeLimits;
  readonly #ownership = new Ownership();
  /** Of each scope: the log records of its spans, which often arrive before the span does. */
  readonly #events = new WeakMap<ScopeRecords, SpanMap<SpanEvents>>();

  constructor(limits: SizedScopeLimits) {
    this.#limits = limits;
  }

  newScope(name: string, traceId: string): ScopeRecords {
    const now = { spans: this.receivedSpans, unownedLogs: this.unowned.logCount };
    const scope = new ScopeRecords(name, now, this.#limits, this.#ownership.opened);
    this.#events.set(scope, new SpanMap());
    this.#ownership.claimTrace(traceId, scope);
    return scope;
  }

  addSpans(spans: readonly RecordedSpan[]): void {
    announce(spans.map((span) => this.#addSpan(span)));
  }

  /** @throws nothing: what was decoded can be copied */
  addLogs(records: readonly RecordedLog[]): void {
    announce(records.map((record) => this.#addLog(copyLog(record))));
  }

  #addSpan(span: RecordedSpan): Owner {
    const context = span.spanContext();
    const { owner } = this.#ownership.attribute(
      { traceId: context.traceId, parent: span.parentSpanContext, links: span.links, asyncScope: undefined },
      true,
    );
    // An exporter that got no answer sends its spans once more.
    if (owner !== undefined && owner !== GONE && owner.find(context) !== undefined) return undefined;
    const record = new SpanRecord(span, this.receivedSpans++, false, undefined);
    record.end();
    const bytes = estimatedSpanBytes(span as ReadableSpan);
    if (owner === undefined) this.unowned.addSpan(record, bytes);
    else if (owner !== GONE) this.#addOwned(record, owner, bytes);
    return owner;
  }

  #addOwned(record: SpanRecord, owner: ScopeRecords, bytes: number): void {
    for (const event of this.#events.get(owner)?.get(record)?.events ?? []) record.addLog(event);
    owner.add(record, bytes);
  }

  #addLog(copied: CopiedLog): Owner {
    this.receivedLogs++;
    const { log, event } = copied;
    const { traceId, spanId } = log;
    const owner = this.#logOwner(traceId);
    const bytes = estimatedEventBytes(event as unknown as LogEvent);
    if (owner === undefined) this.unowned.addLog(copied, bytes);
    if (owner === undefined || owner === GONE || !owner.addLog(log, bytes)) return undefined;
    if (traceId !== undefined && spanId !== undefined) this.#addEvent(owner, { traceId, spanId }, event);
    return owner;
  }

  /** A record may come before the spans of its trace: it settles whose they are. */
  #logOwner(traceId: string | undefined): Owner {
    if (traceId === undefined) return this.#ownership.onlyScope();
    return this.#ownership.attribute({ traceId, parent: undefined, links: [], asyncScope: undefined }, true).owner;
  }

  #addEvent(owner: ScopeRecords, span: { traceId: string; spanId: string }, event: CapturedEvent): void {
    owner.find(span)?.addLog(event);
    const waiting = this.#events.get(owner);
    const known = waiting?.get(span);
    if (known === undefined) waiting?.set({ ...span, events: [event] });
    else known.events.push(event);
  }
}

interface SpanEvents {
  readonly traceId: string;
  readonly spanId: string;
  readonly events: CapturedEvent[];
}

/** Once per request: who waits sees all of it. What a test's listener throws is not the sender's fault. */
function announce(owners: readonly Owner[]): void {
  for (const owner of new Set(owners)) {
    if (owner === undefined || owner === GONE) continue;
    try {
      owner.changed();
    } catch (error) {
      report('error', 'a listener of a remote scope failed', error);
    }
  }
}
