import { AsyncLocalStorage } from 'node:async_hooks';
import { createContextKey, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import { report } from '../../support/report.js';
import type { ReadableLogRecord, ReadableSpan } from '../../model/otel.js';
import type { SpanIdentity } from '../../model/span-map.js';
import { copyLog } from '../../trace/to-captured-span.js';
import { LOST, type Claim, type Owner } from './ownership.js';
import { RecordKeeper } from './record-keeper.js';
import { ScopeRecords, type ScopeLimits } from './scope-records.js';
import { SpanRecord } from './span-record.js';
import { captureStack } from './start-stack.js';
import { Strays } from './strays.js';

const PROBE = createContextKey('otel-span-cache/testing probe');

/** Context of probe spans. They reveal which processors the registered provider has, and are never recorded. */
export const PROBE_CONTEXT: Context = ROOT_CONTEXT.setValue(PROBE, true);

export function isProbe(context: Context | undefined): boolean {
  return context?.getValue(PROBE) === true;
}

type Known = { readonly record: SpanRecord; readonly owner: Owner };

/**
 * Records every span when it starts and ends, and every log record, in the scope that owns it. It runs inside the
 * application's calls and never throws. There is one per process. A span that arrives twice, through the processor of
 * `traceTesting()` and through a cache, is recorded once.
 */
export class Recorder extends RecordKeeper {
  readonly strays = new Strays();
  /** `captureStartStack` by user of the recorder. While there is no user, nothing is recorded. */
  readonly #users = new Map<object, boolean>();
  #capturesStacks = false;
  #probes = 0;
  readonly #scopes = new AsyncLocalStorage<ScopeRecords>();
  readonly #known = new WeakMap<object, Known>();
  readonly #seenLogs = new WeakSet<object>();

  get activeScope(): ScopeRecords | undefined {
    return this.#scopes.getStore();
  }

  get isUsed(): boolean {
    return this.#users.size > 0;
  }

  addUser(user: object, captureStartStack: boolean): void {
    this.#users.set(user, captureStartStack);
    this.#capturesStacks ||= captureStartStack;
  }

  /** Removes a user. The last one also clears the unowned spans and log records. */
  removeUser(user: object): void {
    if (!this.#users.delete(user)) return;
    this.#capturesStacks = [...this.#users.values()].includes(true);
    if (this.isUsed) return;
    this.unowned.clear();
    this.strays.clear();
  }

  newScope(name: string, limits: ScopeLimits): ScopeRecords {
    return new ScopeRecords(name, this.now, limits, (scope, open) => {
      scope.closedAt = open ? undefined : this.receivedSpans;
      this.ownership.opened(scope, open);
    });
  }

  runIn<T>(scope: ScopeRecords, code: () => T): T {
    return this.#scopes.run(scope, code);
  }

  onStart(span: unknown, context?: Context): void {
    guard(() => {
      if (isProbe(context)) this.onProbe();
      else if (this.isUsed && !this.#known.has(span as object)) this.#add(span as ReadableSpan, true);
    });
  }

  onEnd(span: ReadableSpan): void {
    guard(() => {
      if (!this.isUsed) return;
      // Found by ids if a processor in between passes on another object.
      const known = this.#known.get(span) ?? this.#findByIds(span.spanContext());
      const { record, owner } = known ?? this.#add(span, false);
      if (record.ended) return;
      record.end();
      announce(owner, record.traceId);
    });
  }

  onEmit(record: ReadableLogRecord): void {
    guard(() => {
      if (!this.isUsed || this.#seenLogs.has(record)) return;
      this.#seenLogs.add(record);
      this.#addLog(record);
    });
  }

  onProbe(): void {
    this.#probes++;
  }

  /** Runs code; `arrived` is true if a probe arrived meanwhile. */
  watchForProbe<T>(code: () => T): { arrived: boolean; result: T } {
    const before = this.#probes;
    const result = code();
    return { arrived: this.#probes > before, result };
  }

  /** Counts a span dropped by the installed sampler, or a log record from a logs API that the SDK does not read. */
  onLost(what: 'unsampled' | 'unreadLogs'): void {
    const scope = this.activeScope ?? this.ownership.onlyScope();
    if (scope !== undefined) scope[what]++;
  }

  #add(span: ReadableSpan, sawStart: boolean): Known {
    const { traceId } = span.spanContext();
    const claim: Claim = { traceId, parent: span.parentSpanContext, links: span.links, asyncScope: this.activeScope };
    // A span that started before there was a user may belong to an earlier test.
    const { owner, fromOutside, rival } = this.ownership.attribute(claim, sawStart);
    const stack = sawStart && this.#capturesStacks ? captureStack() : undefined;
    const record = new SpanRecord(span, this.nextOrder(), fromOutside, stack);
    const known: Known = { record, owner: this.give(record, owner) };
    this.#known.set(span, known);
    if (typeof owner === 'object') this.strays.add(record, owner, rival);
    if (sawStart) announce(known.owner, record.traceId);
    return known;
  }

  #addLog(emitted: ReadableLogRecord): void {
    const copied = copyLog(emitted);
    const { log, event } = copied;
    const span = emitted.spanContext && this.#findByIds(emitted.spanContext);
    const owner = span === undefined ? this.#logOwner(log.traceId) : span.owner;
    const scope = this.giveLog(copied, owner);
    if (scope === undefined) return;
    span?.record.addLog(event);
    announce(scope, log.traceId);
  }

  #findByIds(context: SpanIdentity): Known | undefined {
    const owners: Owner[] = [this.activeScope, this.ownership.ofTrace(context.traceId)];
    for (const owner of owners) {
      const record = owner === LOST ? undefined : owner?.find(context);
      if (record !== undefined) return { record, owner };
    }
    const record = this.unowned.findSpan(context);
    return record && { record, owner: undefined };
  }

  #logOwner(traceId: string | undefined): Owner {
    const byTrace = traceId === undefined ? undefined : this.ownership.ofTrace(traceId);
    return this.activeScope ?? byTrace ?? this.ownership.onlyScope();
  }
}

function announce(owner: Owner, traceId: string | undefined): void {
  if (typeof owner !== 'object') return;
  owner.touch(traceId);
  owner.announce();
}

/** Keeps errors out of the application's `startSpan()`, `end()` and `emit()`. */
function guard(code: () => void): void {
  try {
    code();
  } catch (error) {
    report('error', 'could not capture a span or log record for tests', error);
  }
}
