import { report } from '../../support/report.js';
import { estimatedEventBytes, estimatedSpanBytes } from '../../model/estimated-bytes.js';
import type { LogEvent } from '../../model/log-event.js';
import type { ReadableSpan } from '../../model/otel.js';
import { SpanMap, type SpanIdentity } from '../../model/span-map.js';
import type { CapturedEvent } from '../captured.js';
import { copyLog, type CopyableLog, type CopyableSpan } from '../capture/frozen-copies.js';
import type { Owner } from '../capture/ownership.js';
import { RecordKeeper } from '../capture/record-keeper.js';
import type { ScopeRecords, SizedScopeLimits } from '../capture/scope-records.js';
import { SpanRecord } from '../capture/span-record.js';

/** Log records of a span, as its events. */
interface SpanEvents extends SpanIdentity {
  readonly events: CapturedEvent[];
}

/**
 * Takes in what other processes sent, and gives it to the scope that owns it.
 *
 * As in the process itself a span belongs to the scope that has its trace, else to that of the traces it links to,
 * else to the only scope open. There is no async context to tell more: spans of two scopes at once are told apart
 * by their trace only.
 */
export class RemoteRecords extends RecordKeeper {
  receivedLogs = 0;
  readonly #limits: SizedScopeLimits;
  /** Of each scope: the log records of its spans, which often arrive before the span does. */
  readonly #events = new WeakMap<ScopeRecords, SpanMap<SpanEvents>>();

  /** Scopes that got something from the request at hand. */
  readonly #changed = new Set<ScopeRecords>();

  constructor(limits: SizedScopeLimits) {
    super();
    this.#limits = limits;
  }

  newScope(name: string, traceId: string): ScopeRecords {
    const scope = this.openRecords(name, this.#limits, this.ownership.opened);
    this.#events.set(scope, new SpanMap());
    this.ownership.claimTrace(traceId, scope);
    return scope;
  }

  addSpans(spans: readonly CopyableSpan[]): void {
    for (const span of spans) this.#addSpan(span);
    this.#announce();
  }

  /** @throws nothing: what was decoded can be copied */
  addLogs(logs: readonly CopyableLog[]): void {
    for (const log of logs) this.#addLog(log);
    this.#announce();
  }

  #addSpan(span: CopyableSpan): void {
    const context = span.spanContext();
    const owner = this.#ownerOf(context.traceId, span);
    const scope = typeof owner === 'object' ? owner : undefined;
    // An exporter that got no answer sends its spans once more.
    if (scope?.find(context) !== undefined) return;
    const record = new SpanRecord(span, this.nextOrder(), false, undefined);
    record.end();
    const known = scope && this.#events.get(scope)?.get(record);
    for (const event of known?.events ?? []) record.addLog(event);
    this.give(record, owner, estimatedSpanBytes(span as ReadableSpan));
    if (scope !== undefined) this.#touch(scope, record.traceId);
  }

  #addLog(emitted: CopyableLog): void {
    this.receivedLogs++;
    const copied = copyLog(emitted);
    const { log, event } = copied;
    const { traceId, spanId } = log;
    // A record may come before the spans of its trace: it settles whose they are.
    const owner = traceId === undefined ? this.ownership.onlyScope() : this.#ownerOf(traceId);
    const scope = this.giveLog(copied, owner, estimatedEventBytes(event as unknown as LogEvent));
    if (scope === undefined) return;
    if (traceId !== undefined && spanId !== undefined) this.#addEvent(scope, { traceId, spanId }, event);
    this.#touch(scope, traceId);
  }

  #ownerOf(traceId: string, { parentSpanContext: parent, links = [] }: Partial<CopyableSpan> = {}): Owner {
    return this.ownership.attribute({ traceId, parent, links, asyncScope: undefined }, true).owner;
  }

  #addEvent(owner: ScopeRecords, span: SpanIdentity, event: CapturedEvent): void {
    owner.find(span)?.addLog(event);
    const waiting = this.#events.get(owner);
    const known = waiting?.get(span);
    if (known === undefined) waiting?.set({ traceId: span.traceId, spanId: span.spanId, events: [event] });
    else known.events.push(event);
  }

  #touch(scope: ScopeRecords, traceId: string | undefined): void {
    scope.touch(traceId);
    this.#changed.add(scope);
  }

  /** Once per request: a wait sees all of it. What a test's listener throws is not the sender's fault. */
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
