import { pid } from 'node:process';
import type { ReadableSpan } from '../model/otel.js';
import { SERVICE_NAME } from '../model/semconv.js';
import { memberOf } from '../model/value-parts.js';
import { Episode } from '../support/episode.js';
import type { Handle } from '../support/handle.js';
import { isPromiseLike, promiseOf } from '../support/promise-of.js';
import { print, surviveClosedStderr, terminalOptions } from '../support/stderr.js';
import { setTimeout, unref } from '../support/timers.js';
import { printable } from '../trace/text/printable.js';
import { counted } from '../model/text-of.js';
import { buildTraces, type Trace } from '../trace/trace.js';
import type { WholeTraceOptions } from '../trace/whole-trace-options.js';
import { areMereConnections } from './fold.js';
import { formatTrace } from './format-trace.js';
import type { PrinterOptions, TracePrinting, TracePrintingStats } from './print-traces-options.js';
import { traceFilter } from './trace-filter.js';
import { traceJson } from './trace-json.js';

/** A source of whole traces: a `SpanCache`. */
export interface TraceSource {
  subscribeToTraces(callback: (trace: Trace, dropped: number) => unknown, options: WholeTraceOptions): Subscribed;
}

interface Subscribed {
  readonly closed: boolean;
  close(): void;
  take(): Trace[];
  stats(): { readonly traces: { readonly waiting: number; readonly incomplete: number; readonly evicted: number } };
}

/** Maximum number of spans drawn as one tree, which takes some tenths of a second. */
const MAX_DRAWN_SPANS = 2_000;

/**
 * Prints whole traces. For a trace that cannot be formatted, prints a line with the reason.
 *
 * A trace of more than 2,000 spans is drawn in parts, in the order the spans ended, so that the event loop is not
 * blocked for long. Meanwhile, the next traces wait in the subscription.
 */
export class TracePrinter implements TracePrinting {
  readonly #options: PrinterOptions;
  readonly #write: (text: string) => unknown;
  readonly #isWanted: (trace: Trace) => boolean;
  readonly #subscription: Subscribed;
  readonly #survival: Handle | undefined;
  readonly #failures = new Episode();
  /** The remaining parts of a large trace. */
  #parts: Trace[] = [];
  #partsOfAll = 0;
  #printed = 0;
  #filtered = 0;
  #unwritten = 0;

  constructor(source: TraceSource, options: PrinterOptions) {
    const { only, write, whole, format, tree } = options;
    this.#options = options;
    const matches = traceFilter(only);
    const showsConnections = format !== 'tree' || tree.fold === false || Object.values(only).some(Boolean);
    this.#isWanted = (trace) => matches(trace) && (showsConnections || !areMereConnections(trace.spans));
    // `stream.write()` returns false for text that it has buffered, so the result of `write` is ignored.
    this.#write = write === undefined ? print : (text) => write(`${text}\n`) || true;
    this.#subscription = source.subscribeToTraces((trace, dropped) => {
      this.#unwritten += dropped;
      return this.#print(trace);
    }, whole);
    if (write === undefined) this.#survival = surviveClosedStderr(() => this.close());
  }

  get closed(): boolean {
    return this.#subscription.closed;
  }

  close(): void {
    this.#survival?.close();
    this.#subscription.close();
    this.#parts = [];
  }

  [Symbol.dispose](): void {
    this.close();
  }

  stats(): TracePrintingStats {
    const { waiting, incomplete, evicted } = this.#subscription.stats().traces;
    return {
      printed: this.#printed,
      filtered: this.#filtered,
      unwrittenSpans: this.#unwritten,
      waiting,
      incomplete,
      evicted,
    };
  }

  /** Prints the remaining parts of a large trace. Removes and returns all waiting traces, whole or not. */
  take(): Trace[] {
    this.#printRest();
    return this.#subscription.take();
  }

  /** Prints a trace synchronously, if it matches the filter. Used when the process is about to end. */
  printNow(trace: Trace): void {
    void this.#print(trace);
    this.#printRest();
  }

  /** Prints a trace without applying the filter. Returns a promise if the trace is written asynchronously. */
  printAnyway(trace: Trace, part?: string): Promise<void> | undefined {
    try {
      const written = this.#write(this.#textOf(trace, part));
      if (isPromiseLike(written)) {
        return promiseOf(written).then(
          () => this.#count(trace, true),
          (error: unknown) => this.#fail(trace, error),
        );
      }
      this.#count(trace, written);
    } catch (error) {
      this.#fail(trace, error);
    }
    return undefined;
  }

  /** Prints a text that is not a trace. */
  say(text: string): void {
    this.#write(text);
  }

  /** Prints a trace, if it matches the filter. Returns a promise if the trace is written asynchronously. */
  #print(trace: Trace): Promise<void> | undefined {
    if (!this.#isWanted(trace)) {
      this.#filtered++;
      return undefined;
    }
    if (this.#options.format === 'json' || trace.spans.length <= MAX_DRAWN_SPANS) return this.printAnyway(trace);
    this.#parts = partsOf(trace);
    this.#partsOfAll = this.#parts.length;
    return this.#printParts();
  }

  #count({ spans }: Trace, written: unknown): void {
    this.#failures.end();
    if (written === false) this.#unwritten += spans.length;
    // A trace in parts is counted with its last part.
    else if (this.#parts.length === 0) this.#printed++;
  }

  #fail({ spans }: Trace, error: unknown): void {
    this.#unwritten += spans.length;
    this.#failures.report('a trace could not be written; the next one will be tried', error);
  }

  #printRest(): void {
    while (this.#parts.length > 0) void this.#printPart();
  }

  async #printParts(): Promise<void> {
    while (this.#parts.length > 0) {
      await this.#printPart();
      await new Promise<void>((resolve) => void unref(setTimeout(resolve, 0)));
    }
  }

  #printPart(): Promise<void> | undefined {
    const part = this.#parts.shift()!;
    return this.printAnyway(part, `part ${this.#partsOfAll - this.#parts.length} of ${this.#partsOfAll}`);
  }

  #textOf(trace: Trace, part?: string): string {
    const { format, tree, write } = this.#options;
    try {
      const service = serviceOf(trace.spans[0]!);
      if (format === 'json') return traceJson(trace, service, pid);
      const named = service?.startsWith('unknown_service') ? undefined : service;
      const label = [named, `pid ${pid}`, part].filter((text) => text !== undefined).join(' · ');
      return `${formatTrace(trace, { label, ...(write === undefined && terminalOptions()), ...tree })}\n`;
    } catch (error) {
      const traceId = printable(trace.traceId);
      if (format === 'json')
        return JSON.stringify({ traceId, complete: false, pid, spans: [], error: printable(error) });
      const size = counted(trace.spans.length, 'span');
      return `otel-span-cache: trace ${traceId} (${size}) cannot be shown: ${printable(error)}`;
    }
  }
}

function partsOf({ spans }: Trace): Trace[] {
  const parts: Trace[] = [];
  for (let from = 0; from < spans.length; from += MAX_DRAWN_SPANS)
    parts.push(...buildTraces(spans.slice(from, from + MAX_DRAWN_SPANS)));
  return parts;
}

/** Reads the raw attributes while some are pending, because the SDK logs an error if `attributes` is read then. */
function serviceOf(span: ReadableSpan): string | undefined {
  const resource = memberOf(span, 'resource');
  const isPending = memberOf(resource, 'asyncAttributesPending') === true;
  const attributes = isPending ? rawAttributesOf(resource) : memberOf(resource, 'attributes');
  const service = memberOf(attributes, SERVICE_NAME);
  return typeof service === 'string' ? service : undefined;
}

function rawAttributesOf(resource: unknown): object {
  try {
    return Object.fromEntries(
      (resource as { getRawAttributes(): (readonly [string, unknown])[] }).getRawAttributes().toReversed(),
    );
  } catch {
    return {};
  }
}
