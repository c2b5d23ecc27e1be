import { positiveInteger, type OptionsOf } from '../../support/option.js';
import { SpanMap, type SpanIdentity } from '../../model/span-map.js';
import { handleOf, type Handle } from '../../support/handle.js';
import type { CapturedLog } from '../../trace/captured-span.js';
import type { SpanRecord } from './span-record.js';

/** Number of spans and unowned log records that had arrived when a scope was opened. */
export interface Mark {
  /** Also the `order` of the next span. */
  readonly spans: number;
  readonly unownedLogs: number;
}

/** The spans of one trace that a scope owns, in the order they arrived. */
export interface TraceRecords {
  readonly traceId: string;
  readonly spans: SpanRecord[];
  /** Number of changes, so that a wait can skip unchanged traces. */
  revision: number;
}

export interface ScopeLimits {
  readonly maxSpansPerScope: number;
  readonly maxLogsPerScope: number;
  /** Only for remote scopes: spans of this process still grow after they are added. */
  readonly maxBytesPerScope?: number;
}

/** More than a test needs, and still little memory. */
const MAX_RECORDS = 100_000;

export const SCOPE_LIMITS: OptionsOf<Omit<ScopeLimits, 'maxBytesPerScope'>> = {
  maxSpansPerScope: positiveInteger(MAX_RECORDS),
  maxLogsPerScope: positiveInteger(MAX_RECORDS),
};

let made = 0;

/**
 * The spans and log records that one scope owns, in order of arrival; a span of this process arrives when it starts. A
 * scope is open while the function it runs, or a wait, holds a handle of `keepOpen()`. A closed scope still receives
 * records whose async context, trace or links belong to it. A full scope drops and counts new records, because tests
 * look at how traces begin.
 */
export class ScopeRecords {
  readonly name: string;
  readonly openedAt: Mark;
  readonly number = ++made;
  /** `order` of the first span that started after the scope was closed; undefined while it is open. */
  closedAt: number | undefined;
  /** For references that must not keep the scope alive. */
  readonly weak = new WeakRef(this);
  readonly spans: SpanRecord[] = [];
  readonly logs: CapturedLog[] = [];
  /** Number of its spans that the sampler of the installed provider dropped. */
  unsampled = 0;
  /** Number of its log records emitted through a logs API that the SDK does not read. */
  unreadLogs = 0;
  droppedSpans = 0;
  droppedLogs = 0;
  /** Whether a record was dropped at `maxBytesPerScope`. */
  bytesReached = false;
  readonly #limits: ScopeLimits;
  readonly #byId = new SpanMap<SpanRecord>();
  readonly #traces = new Map<string, TraceRecords>();
  readonly #listeners = new Set<() => void>();
  readonly #opened: (open: boolean) => void;
  #openers = 0;
  #bytes = 0;

  /** @param opened is called when the scope opens and when it closes */
  constructor(name: string, openedAt: Mark, limits: ScopeLimits, opened: (scope: ScopeRecords, open: boolean) => void) {
    this.name = name;
    this.openedAt = openedAt;
    this.#limits = limits;
    this.#opened = (open) => opened(this, open);
  }

  /** Keeps the scope open until the handle is closed. */
  keepOpen(): Handle {
    if (this.#openers++ === 0) this.#opened(true);
    return handleOf(() => {
      if (--this.#openers === 0) this.#opened(false);
    });
  }

  get isOpen(): boolean {
    return this.#openers > 0;
  }

  find(span: SpanIdentity): SpanRecord | undefined {
    return this.#byId.get(span);
  }

  get traces(): readonly TraceRecords[] {
    return [...this.#traces.values()];
  }

  /** @returns whether there was room */
  add(record: SpanRecord, bytes = 0): boolean {
    if (this.spans.length >= this.#limits.maxSpansPerScope || !this.#takeBytes(bytes)) {
      this.droppedSpans++;
      return false;
    }
    this.spans.push(record);
    this.#byId.set(record);
    this.#traceOf(record.traceId).spans.push(record);
    return true;
  }

  /** @returns whether there was room */
  addLog(log: CapturedLog, bytes = 0): boolean {
    if (this.logs.length >= this.#limits.maxLogsPerScope || !this.#takeBytes(bytes)) {
      this.droppedLogs++;
      return false;
    }
    this.logs.push(log);
    return true;
  }

  /** Calls a function after each change, in the call that made it, until the handle is closed. */
  onChange(listener: () => void): Handle {
    // Wrapped, so that a listener can be added twice, with a handle for each.
    const call = (): void => listener();
    this.#listeners.add(call);
    return handleOf(() => this.#listeners.delete(call));
  }

  /**
   * Makes a repeatable search that calls `find` for each trace changed since its last call, until `find` returns a
   * value.
   */
  searchChanged<T>(find: (trace: TraceRecords) => T | undefined): () => T | undefined {
    const searched = new WeakMap<TraceRecords, number>();
    return () => {
      for (const trace of this.#traces.values()) {
        if (searched.get(trace) === trace.revision) continue;
        const found = find(trace);
        if (found !== undefined) return found;
        searched.set(trace, trace.revision);
      }
      return undefined;
    };
  }

  /** Marks a trace as changed: a span arrived or ended, or a log record arrived. */
  touch(traceId: string | undefined): void {
    const trace = traceId === undefined ? undefined : this.#traces.get(traceId);
    if (trace !== undefined) trace.revision++;
  }

  announce(): void {
    for (const listener of this.#listeners) listener();
  }

  /** @returns whether there was room */
  #takeBytes(bytes: number): boolean {
    if (this.#bytes + bytes > (this.#limits.maxBytesPerScope ?? Infinity)) {
      this.bytesReached = true;
      return false;
    }
    this.#bytes += bytes;
    return true;
  }

  #traceOf(traceId: string): TraceRecords {
    let trace = this.#traces.get(traceId);
    if (trace === undefined) this.#traces.set(traceId, (trace = { traceId, spans: [], revision: 0 }));
    return trace;
  }
}
