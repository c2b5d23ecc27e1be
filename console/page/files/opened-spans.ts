import type { EventRow, LinkRow, SeenProcess, SpanRow } from '../../src/model/span-row.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import { toTraceRow } from '../../src/model/trace-rows.js';
import { groupBy } from '../group-by.js';
import { idIn } from './json.js';
import type { AttributeValue } from './saved-trace.js';

/** Maximum number of spans of one file. Further spans are only counted. */
export const MOST_SPANS = 100_000;

export type OpenedSpan = Omit<SpanRow, 'id' | 'bytes' | 'parentIsRemote' | 'thread'>;

export type OpenedAttributes = SpanRow['attributes'];

/** Attributes of entries; a list may hold items of several types, as in JSON. */
export function attributesOf(entries: readonly (readonly [key: string, value: AttributeValue])[]): OpenedAttributes {
  return Object.fromEntries(entries) as OpenedAttributes;
}

/** A link read from a file; undefined if its ids cannot be read. */
export function linkOf(link: unknown, attributes: OpenedAttributes): LinkRow[] {
  const traceId = idIn(link, 'traceId', 32);
  const spanId = idIn(link, 'spanId', 16);
  return traceId === undefined || spanId === undefined ? [] : [{ traceId, spanId, attributes }];
}

/** Collects the spans of a file. */
export class OpenedSpans {
  readonly #spans: SpanRow[] = [];
  readonly #events = new Map<string, EventRow[]>();
  readonly #processes = new Map<string, SeenProcess>();
  /** Number of spans in the file, including those left out. */
  found = 0;
  /** Spans whose ids or times cannot be read. */
  unreadable = 0;
  /** Log records that belong to no span of the file. */
  loose = 0;

  process(resource: OpenedAttributes): SeenProcess {
    const key = JSON.stringify(resource);
    let process = this.#processes.get(key);
    if (process === undefined) {
      const { 'service.name': service, 'process.pid': pid } = resource;
      process = {
        id: this.#processes.size + 1,
        origin: 'otlp',
        service: typeof service === 'string' && service !== '' ? service : 'unknown_service',
        pid: typeof pid === 'number' && Number.isSafeInteger(pid) && pid >= 0 ? pid : undefined,
        resource,
      };
      this.#processes.set(key, process);
    }
    return process;
  }

  /** @param span undefined if it cannot be read */
  add(span: OpenedSpan | undefined): void {
    this.found++;
    if (span === undefined) this.unreadable++;
    if (span === undefined || this.#spans.length >= MOST_SPANS) return;
    const events = [...span.events];
    const { 'thread.id': thread } = span.attributes;
    this.#spans.push({
      id: this.#spans.length + 1,
      process: span.process,
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      parentIsRemote: false,
      name: span.name,
      kind: span.kind,
      status: span.status,
      statusMessage: span.statusMessage,
      start: span.start,
      duration: span.duration,
      attributes: span.attributes,
      events,
      links: span.links,
      scope: span.scope,
      scopeVersion: span.scopeVersion,
      thread: typeof thread === 'number' && Number.isSafeInteger(thread) && thread >= 0 ? thread : undefined,
      dropped: span.dropped,
      bytes: 0,
    });
    this.#events.set(`${span.traceId} ${span.spanId}`, events);
  }

  /** Adds an event to a span that was added before. */
  addEvent(traceId: string | undefined, spanId: string | undefined, event: EventRow): void {
    const events = this.#events.get(`${traceId} ${spanId}`);
    if (events === undefined) this.loose++;
    else events.push(event);
  }

  get leftOut(): number {
    return this.found - this.unreadable - this.#spans.length;
  }

  /** The traces of the file, newest first. */
  traces(): TraceRow[] {
    return [...groupBy(this.#spans, ({ traceId }) => traceId)]
      .map(([traceId, spans], index) => {
        const complete = spans.some(({ parentSpanId }) => parentSpanId === undefined);
        return toTraceRow(
          index + 1,
          traceId,
          spans.sort((a, b) => a.start - b.start),
          complete,
        );
      })
      .sort((a, b) => b.start - a.start);
  }
}
