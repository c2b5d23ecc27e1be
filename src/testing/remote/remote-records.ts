import { report } from '../../support/report.js';
import { estimatedEventBytes, estimatedSpanBytes } from '../../model/estimated-bytes.js';
import type { LogEvent } from '../../model/log-event.js';
import type { ReadableSpan } from '../../model/otel.js';
import { SpanMap, type SpanIdentity } from '../../model/span-map.js';
import type { CapturedEvent } from '../../trace/captured-span.js';
import type { RecordedSpan } from '../../trace/plain-span.js';
import { copyLog, type RecordedLog } from '../../trace/to-captured-span.js';
import type { Owner } from '../capture/ownership.js';
import { RecordKeeper } from '../capture/record-keeper.js';
import { ScopeRecords, type ScopeLimits } from '../capture/scope-records.js';
import { SpanRecord } from '../capture/span-record.js';

type SpanEvents = SpanIdentity & { readonly events: CapturedEvent[] };

/**
 * Adds the spans and log records of other processes to the scopes that own them. Ownership works as for spans of this
 * process, but without an async context: only traces and links distinguish between scopes that are open at once.
 */
export class RemoteRecords extends RecordKeeper {
  receivedLogs = 0;
  readonly #limits: ScopeLimits;
  /** Log records of the spans of a scope, by scope. They often arrive before their span. */
  readonly #events = new WeakMap<ScopeRecords, SpanMap<SpanEvents>>();
  /** Scopes that own records of the current request. */
  readonly #changed = new Set<ScopeRecords>();

  constructor(limits: ScopeLimits) {
    super();
    this.#limits = limits;
  }

  newScope(name: string, traceId: string): ScopeRecords {
    const scope = new ScopeRecords(name, this.now, this.#limits, this.ownership.opened);
    this.#events.set(scope, new SpanMap());
    this.ownership.claimTrace(traceId, scope);
    return scope;
  }

  addSpans(spans: readonly RecordedSpan[]): void {
    for (const span of spans) this.#addSpan(span);
    this.#announce();
  }

  /** Never throws, because values that were decoded can be copied. */
  addLogs(logs: readonly RecordedLog[]): void {
    for (const log of logs) this.#addLog(log);
    this.#announce();
  }

  #addSpan(span: RecordedSpan): void {
    const context = span.spanContext();
    const owner = this.#ownerOf(context.traceId, span);
    const scope = typeof owner === 'object' ? owner : undefined;
    // An exporter that received no answer sends its spans again.
    if (scope?.find(context) !== undefined) return;
    const record = new SpanRecord(span, this.nextOrder(), false, undefined);
    record.end();
    const known = scope && this.#events.get(scope)?.get(record);
    for (const event of known?.events ?? []) record.addLog(event);
    this.give(record, owner, estimatedSpanBytes(span as ReadableSpan));
    if (scope !== undefined) this.#touch(scope, record.traceId);
  }

  #addLog(emitted: RecordedLog): void {
    this.receivedLogs++;
    const copied = copyLog(emitted);
    const {
      event,
      log: { traceId, spanId },
    } = copied;
    // A log record that arrives before the spans of its trace decides which scope owns the trace.
    const owner = traceId === undefined ? this.ownership.onlyScope() : this.#ownerOf(traceId);
    const scope = this.giveLog(copied, owner, estimatedEventBytes(event as unknown as LogEvent));
    if (scope === undefined) return;
    if (traceId !== undefined && spanId !== undefined) this.#addEvent(scope, { traceId, spanId }, event);
    this.#touch(scope, traceId);
  }

  #ownerOf(traceId: string, { parentSpanContext: parent, links = [] }: Partial<RecordedSpan> = {}): Owner {
    return this.ownership.attribute({ traceId, parent, links, asyncScope: undefined }, true).owner;
  }

  #addEvent(owner: ScopeRecords, span: SpanIdentity, event: CapturedEvent): void {
    owner.find(span)?.addLog(event);
    const waiting = this.#events.get(owner);
    const known = waiting?.get(span);
    if (known === undefined) waiting?.set({ ...span, events: [event] });
    else known.events.push(event);
  }

  #touch(scope: ScopeRecords, traceId: string | undefined): void {
    scope.touch(traceId);
    this.#changed.add(scope);
  }

  /**
   * Calls the listeners once per request, so that a wait sees all of it. Reports errors of a test's listener here,
   * because the sender did not cause them.
   */
  #announce(): void {
    for (const scope of this.#changed) {
      this.#changed.delete(scope);
      try {
        scope.announce();
      } catch (error) {
        report('error', 'a listener of a remote scope failed', error);
      }
    }
  }
}
