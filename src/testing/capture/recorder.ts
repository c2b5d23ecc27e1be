import { AsyncLocalStorage } from 'node:async_hooks';
import { createContextKey, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import { report } from '../../support/report.js';
import type { ReadableLogRecord, ReadableSpan } from '../../model/otel.js';
import type { SpanIdentity } from '../../model/span-map.js';
import { copyLog } from '../../trace/to-captured-span.js';
import { GONE, Ownership, type Owner } from './ownership.js';
import { ScopeRecords, type ScopeLimits } from './scope-records.js';
import { SpanRecord } from './span-record.js';
import { captureStack } from './start-stack.js';
import { Strays } from './strays.js';
import { Unowned } from './unowned.js';

const PROBE = createContextKey('otel-span-cache/testing probe');

/** A span that is started in this context tells where it arrives, and is no span of the application. */
export const PROBE_CONTEXT: Context = ROOT_CONTEXT.setValue(PROBE, true);

export function isProbe(context: Context | undefined): boolean {
  return context?.getValue(PROBE) === true;
}

interface Known {
  readonly record: SpanRecord;
  readonly owner: Owner;
}

/**
 * Takes in every span when it starts and when it ends, and every log record, and gives each to the scope
 * that owns it. What happens here happens inside the application's own call, and never throws.
 *
 * There is one per process, whoever uses it. The same span may arrive more than once, by a processor of
 * its own and by that of a cache: it counts once.
 */
export class Recorder {
  /** Those who read. Without any, nothing is taken in. */
  readonly users = new Set<object>();
  readonly unowned = new Unowned();
  readonly strays = new Strays();
  /** Probes that arrived. */
  probes = 0;
  /** How often somebody asked whether it takes log records, or told it to flush them: that is a probe as well. */
  logProbes = 0;
  /** Counts up with each span that starts. */
  order = 0;
  /** Spans that arrived, whoever owns them. */
  received = 0;
  receivedLogs = 0;
  /** Those who want to know where a span was started. */
  readonly stackUsers = new Set<object>();
  readonly #scopes = new AsyncLocalStorage<ScopeRecords>();
  readonly #ownership = new Ownership();
  readonly #known = new WeakMap<object, Known>();
  readonly #seenLogs = new WeakSet<object>();

  /** The scope whose async context this is. */
  get activeScope(): ScopeRecords | undefined {
    return this.#scopes.getStore();
  }

  get openScopes(): ReadonlySet<ScopeRecords> {
    return this.#ownership.openScopes;
  }

  newScope(name: string, limits: ScopeLimits): ScopeRecords {
    const now = { spans: this.order, unownedLogs: this.unowned.logCount };
    return new ScopeRecords(name, now, limits, (scope, open) => {
      scope.closedAt = open ? undefined : this.order;
      this.#ownership.opened(scope, open);
    });
  }

  /** Runs code in the async context of a scope. */
  runIn<T>(scope: ScopeRecords, code: () => T): T {
    return this.#scopes.run(scope, code);
  }

  onStart(span: unknown, context?: Context): void {
    guard(() => {
      if (isProbe(context)) this.probes++;
      else if (this.users.size > 0 && !this.#known.has(span as object)) this.#add(span as ReadableSpan, true);
    });
  }

  onEnd(span: ReadableSpan): void {
    guard(() => {
      if (this.users.size === 0) return;
      const { record, owner } = this.#find(span) ?? this.#add(span, false);
      if (record.ended) return;
      record.end();
      announce(owner, record.traceId);
    });
  }

  onEmit(record: ReadableLogRecord): void {
    guard(() => {
      if (this.users.size === 0 || this.#seenLogs.has(record)) return;
      this.#seenLogs.add(record);
      this.#addLog(record);
    });
  }

  /** A log record was emitted through an API whose records never arrive. */
  onUnreadLog(): void {
    const scope = this.activeScope ?? this.#ownership.onlyScope();
    if (scope !== undefined) scope.unreadLogs++;
  }

  /** Nobody reads any more. */
  forgetUnowned(): void {
    this.unowned.clear();
    this.strays.clear();
  }

  /** The sampler of our own provider turned a span down: it never arrives. */
  onUnsampled(): void {
    const scope = this.activeScope ?? this.#ownership.onlyScope();
    if (scope !== undefined) scope.unsampled++;
  }

  #add(span: ReadableSpan, sawStart: boolean): Known {
    const { owner, fromOutside, rival } = this.#ownership.attribute(
      {
        traceId: span.spanContext().traceId,
        parent: span.parentSpanContext,
        links: span.links,
        asyncScope: this.activeScope,
      },
      // One that started before anybody read may be from an earlier test.
      sawStart,
    );
    const stack = sawStart && this.stackUsers.size > 0 ? captureStack() : undefined;
    const record = new SpanRecord(span, this.order++, fromOutside, stack);
    const known: Known = { record, owner: this.#give(record, owner) };
    this.#known.set(span, known);
    this.received++;
    if (typeof owner === 'object') this.strays.add(record, owner, rival);
    if (sawStart) announce(known.owner, record.traceId);
    return known;
  }

  /** @returns who has it now: nobody can ask for a span that its owner had no room for */
  #give(record: SpanRecord, owner: Owner): Owner {
    if (owner === undefined) this.unowned.addSpan(record);
    return owner === undefined || owner === GONE || owner.add(record) ? owner : GONE;
  }

  /** By the object, else by its ids: a processor in between may hand on another object. */
  #find(span: ReadableSpan): Known | undefined {
    return this.#known.get(span) ?? this.#findByIds(span.spanContext());
  }

  #addLog(emitted: ReadableLogRecord): void {
    this.receivedLogs++;
    const copied = copyLog(emitted);
    const { log, event } = copied;
    const span = emitted.spanContext && this.#findByIds(emitted.spanContext);
    const owner = span === undefined ? this.#logOwner(log.traceId) : span.owner;
    if (owner === undefined) this.unowned.addLog(copied);
    if (owner === undefined || owner === GONE || !owner.addLog(log)) return;
    span?.record.addLog(event);
    owner.changed(log.traceId);
  }

  #findByIds(context: SpanIdentity): Known | undefined {
    const owners: Owner[] = [this.activeScope, this.#ownership.ofTrace(context.traceId)];
    for (const owner of owners) {
      const record = owner === GONE ? undefined : owner?.find(context);
      if (record !== undefined) return { record, owner };
    }
    const record = this.unowned.findSpan(context);
    return record && { record, owner: undefined };
  }

  #logOwner(traceId: string | undefined): Owner {
    const byTrace = traceId === undefined ? undefined : this.#ownership.ofTrace(traceId);
    return this.activeScope ?? byTrace ?? this.#ownership.onlyScope();
  }
}

function announce(owner: Owner, traceId: string): void {
  if (owner !== undefined && owner !== GONE) owner.changed(traceId);
}

/** The application's `startSpan()`, `end()` and `emit()` must not notice that they are watched. */
function guard(code: () => void): void {
  try {
    code();
  } catch (error) {
    report('error', 'could not take in a span or a log record for tests', error);
  }
}
