import { internalsOf } from '../../cache/internals.js';
import type { SpanCache } from '../../cache/span-cache.js';
import { TracePrinter, type TraceSource } from '../../format/trace-printer.js';
import type { ReadableSpan } from '../../model/otel.js';
import { counted } from '../../model/text-of.js';
import { printBeforeEnd, surviveClosedStderr } from '../../support/stderr.js';
import type { SpanReceiver, SpanRelay } from '../../threads/index.js';
import { buildTraces, type Trace } from '../../trace/trace.js';
import { readSettings, type Environment, type Settings } from '../environment.js';
import { Losses } from './losses.js';
import { OpenSpansReporter } from './open-spans-reporter.js';
import { whyChoiceHasNoEffect, whyNothingIsPrinted } from './why-nothing-printed.js';

/** Time that a trace waits for further spans after its root: some work continues after the response has been sent. */
const SETTLE_MILLIS = 250;

/** The empty source of a thread whose spans are relayed. The receiving thread prints them. */
const ELSEWHERE: TraceSource = {
  subscribeToTraces: () => ({
    closed: false,
    close() {},
    take: () => [],
    stats: () => ({ traces: { waiting: 0, incomplete: 0, evicted: 0 } }),
  }),
};

interface Started {
  readonly printer: TracePrinter;
  readonly openSpans: OpenSpansReporter;
  readonly losses: Losses;
}

/**
 * Prints the traces of this thread if the variables enable it. If not, they are read again at the first span: some
 * programs load a `.env` file after this package.
 */
export class Printing {
  readonly #cache: SpanCache;
  readonly #isRelayed: boolean;
  readonly #write: ((text: string) => unknown) | undefined;
  #started: Started | undefined;
  #saidEvicted = 0;

  /** @param write replaces standard error in tests */
  constructor(
    cache: SpanCache,
    threads: Pick<SpanReceiver | SpanRelay, 'role' | 'closed'>,
    env: Environment,
    settings: Settings,
    warn: (message: string) => void,
    write?: (text: string) => unknown,
  ) {
    this.#cache = cache;
    this.#write = write;
    this.#isRelayed = threads.role === 'relay' && !threads.closed;
    if (settings.print) this.#start(settings);
    else this.#startLate(env);
    const reason = settings.print ? whyNothingIsPrinted(env) : whyChoiceHasNoEffect(env);
    if (reason !== undefined) warn(reason);
  }

  /**
   * Prints the waiting traces and the spans that have not ended, then reports the losses. The next call covers later
   * spans.
   */
  finish(): void {
    printBeforeEnd();
    this.#cache.flush();
    if (this.#started === undefined) return;
    const { printer, openSpans, losses } = this.#started;
    const open = openSpans.take();
    const waiting = printer.take();
    for (const trace of waiting) if (!open.traces.has(trace.traceId)) printer.printNow(trace);
    if (open.shown > 0) printer.say(open.heading);
    for (const trace of withOpenSpans(waiting, open.traces)) void printer.printAnyway({ ...trace, complete: false });
    losses.addOpen(open);
    this.#sayEvicted(printer);
    sayLost(printer, losses.all());
  }

  #startLate(env: Environment): void {
    const observing = internalsOf(this.#cache).observe({
      onStart: () => {
        observing.close();
        const settings = readSettings(env, () => {});
        if (settings.print) this.#start(settings).started();
      },
    });
  }

  #start({ print, printOnly, maxUnprintedBytes }: Settings): OpenSpansReporter {
    const printer = new TracePrinter(this.#isRelayed ? ELSEWHERE : this.#cache, {
      only: printOnly,
      format: print || 'tree',
      write: this.#write,
      tree: {},
      whole: { settleMillis: SETTLE_MILLIS, maxBytes: maxUnprintedBytes },
    });
    const openSpans = new OpenSpansReporter(this.#cache);
    // The relay reports losses for other reasons to the printing thread.
    const reasons = this.#isRelayed ? (['shutdown'] as const) : undefined;
    const losses = new Losses(this.#cache, () => printer.stats().unwrittenSpans, reasons);
    this.#started = { printer, openSpans, losses };
    if (!this.#isRelayed) {
      const subscription = this.#cache.subscribe(() => sayLost(printer, losses.ofSpans()));
      if (this.#write === undefined) surviveClosedStderr(() => subscription.close());
    }
    return openSpans;
  }

  #sayEvicted(printer: TracePrinter): void {
    const { evicted } = printer.stats();
    const traces = evicted - this.#saidEvicted;
    this.#saidEvicted = evicted;
    if (traces === 0) return;
    const size = counted(traces, 'trace');
    printer.say(`otel-span-cache: printed early because the waiting spans were too many or too large: ${size}`);
  }
}

function sayLost(printer: TracePrinter, lost: string | undefined): void {
  if (lost !== undefined) printer.say(`otel-span-cache: not shown: ${lost}`);
}

/** The traces that have open spans, including the ended spans of these traces. */
function withOpenSpans(waiting: readonly Trace[], open: ReadonlyMap<string, readonly ReadableSpan[]>): Trace[] {
  const ended = waiting.filter(({ traceId }) => open.has(traceId)).flatMap(({ spans }) => spans);
  return buildTraces([...ended, ...[...open.values()].flat()]);
}
