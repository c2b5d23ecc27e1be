import type { ReadableSpan } from '../../model/otel.js';
import { internalsOf } from '../../cache/internals.js';
import type { SpanCache } from '../../cache/span-cache.js';
import type { SpanReceiver, SpanRelay } from '../../threads/index.js';
import { readSettings, type Environment, type Settings } from '../environment.js';
import { RelayedThread } from './relayed-thread.js';
import { printBeforeEnd, surviveClosedStderr } from './stderr.js';
import { TracePrinter } from './trace-printer.js';
import { whyNothingIsPrinted } from './why-nothing-printed.js';

/**
 * Prints the traces of this thread, if the variables say so when it is made or when the first span starts: some
 * programs get their variables only after this package was loaded.
 */
export class Printing {
  readonly #cache: SpanCache;
  readonly #threads: SpanReceiver | SpanRelay;
  #printer: TracePrinter | RelayedThread | undefined;

  constructor(
    cache: SpanCache,
    threads: SpanReceiver | SpanRelay,
    env: Environment,
    settings: Settings,
    warn: (message: string) => void,
  ) {
    this.#cache = cache;
    this.#threads = threads;
    if (settings.print) this.#start(settings);
    else this.#startLate(env);
    const reason = settings.print ? whyNothingIsPrinted(env) : undefined;
    if (reason !== undefined) warn(reason);
  }

  /** Prints what is left. Whatever comes afterwards waits for another call. */
  finish(): void {
    printBeforeEnd();
    if (this.#printer === undefined) this.#cache.flush();
    else this.#printer.finish();
  }

  #startLate(env: Environment): void {
    const observing = internalsOf(this.#cache).observe({
      onStart: (span) => {
        observing.close();
        const settings = readSettings(env, () => {});
        if (settings.print) this.#start(settings).started(span as ReadableSpan);
      },
    });
  }

  #start(settings: Settings): TracePrinter | RelayedThread {
    const printer = this.#newPrinter(settings);
    surviveClosedStderr(() => printer.close());
    this.#printer = printer;
    return printer;
  }

  /** Where spans are relayed, the thread that receives them prints. */
  #newPrinter({ maxUnprintedBytes: maxWaitingBytes }: Settings): TracePrinter | RelayedThread {
    const threads = this.#threads;
    if (threads.role === 'receiver') {
      const othersSend = (): boolean => threads.stats().threads.some(({ state }) => state === 'connected');
      return new TracePrinter(this.#cache, { maxWaitingBytes, othersSend });
    }
    if (!threads.closed) return new RelayedThread(this.#cache);
    return new TracePrinter(this.#cache, { maxWaitingBytes, othersSend: () => false });
  }
}
