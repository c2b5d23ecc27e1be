import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { guarded, report } from '../support/report.js';
import { setTimeout, within } from '../support/timers.js';

/** Signals that request the end of a process and can be handled. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
type EndingSignal = (typeof SIGNALS)[number];

/** The work to do when the process, or the worker thread, ends. */
export interface ExitHooks {
  /** Exports all spans and log records. */
  forceFlush(): Promise<unknown>;
  /** Prints and exports everything, then shuts down. At most half of the time is spent on waiting for other threads. */
  shutdown(timeoutMillis?: number): Promise<unknown>;
  /** The synchronous part. May be called more than once. */
  finish(): void;
  /** Time limit for the shutdown when this signal ends the process. */
  timeoutMillis(signal: EndingSignal): number;
  /** Reports the items that were not exported. The parameter is set if the shutdown timed out. */
  sayUnexported(timedOutAfterMillis?: number): void;
}

/** Milliseconds after which a process that has sent itself the signal exits, if it is still running. */
const DEATH_MILLIS = 100;

/**
 * Runs the hooks when the process ends, without changing how it ends: the exit code or the signal stays the same, and
 * the application's own signal handlers stay in charge.
 */
export function onProcessEnd(hooks: ExitHooks): void {
  process.once(
    'beforeExit',
    guarded('the work at the end of the process', () => void hooks.shutdown().catch(() => {})),
  );
  process.on(
    'exit',
    guarded('the work at the end of the process', () => hooks.finish()),
  );
  // Worker threads get no signals.
  if (isMainThread) for (const signal of SIGNALS) new SignalEnd(signal, hooks).listen();
}

/**
 * Runs the hooks on a signal, within the time limit, then lets the signal end the process. A second signal ends the
 * process immediately.
 *
 * If the application handles the signal itself, this only exports everything and stops listening.
 */
class SignalEnd {
  readonly #signal: EndingSignal;
  readonly #hooks: ExitHooks;
  #ending = false;
  /** Whether a listener was removed in this turn. A listener added by `once()` is removed before it is called. */
  #wasListenerRemoved = false;

  constructor(signal: EndingSignal, hooks: ExitHooks) {
    this.#signal = signal;
    this.#hooks = hooks;
  }

  listen(): void {
    process.on(this.#signal, this.#onSignal);
    process.on('removeListener', this.#onRemoveListener);
  }

  #stopListening(): void {
    process.removeListener(this.#signal, this.#onSignal);
    process.removeListener('removeListener', this.#onRemoveListener);
  }

  /** All listeners of a signal are called synchronously, so a microtask runs after the last of them. */
  readonly #onRemoveListener = (event: string | symbol, listener: unknown): void => {
    if (event !== this.#signal || listener === this.#onSignal) return;
    this.#wasListenerRemoved = true;
    void Promise.resolve().then(() => (this.#wasListenerRemoved = false));
  };

  readonly #onSignal = guarded('a signal handler', () => {
    if (this.#ending) {
      this.#die();
    } else if (this.#isHandled()) {
      // Deferred, because listeners called after this one may count the listeners as well.
      void Promise.resolve().then(() => this.#stopListening());
      this.#hooks.forceFlush().catch(() => {});
    } else {
      this.#ending = true;
      void this.#end();
    }
  });

  async #end(): Promise<void> {
    try {
      const millis = this.#hooks.timeoutMillis(this.#signal);
      const inTime = await within(millis, this.#hooks.shutdown(millis));
      this.#hooks.finish();
      this.#hooks.sayUnexported(inTime ? undefined : millis);
    } catch (error) {
      report('error', `the shutdown on ${this.#signal} failed`, error);
    } finally {
      this.#die();
    }
  }

  #isHandled(): boolean {
    const others = process.listeners(this.#signal).filter((listener) => listener !== this.#onSignal);
    return this.#wasListenerRemoved || others.length > signalExitListeners();
  }

  /**
   * Ends the process by the signal. PID 1 has no default action for signals, so it needs `process.exit()`, with the exit
   * code that a shell reports for the signal.
   */
  #die(): void {
    this.#stopListening();
    const isHandled = this.#isHandled();
    try {
      process.kill(process.pid, this.#signal);
    } finally {
      const exit = (): void => process.exit(128 + constants.signals[this.#signal]);
      if (!isHandled) setTimeout(exit, DEATH_MILLIS);
    }
  }
}

type SignalExitEmitter = { readonly count?: number } | undefined;

/**
 * Number of listeners of `signal-exit`, a dependency of many packages. They end the process only if there is no other
 * listener, so they do not count as handlers. Each copy adds one; versions up to 3 and from 4 keep separate counts.
 */
function signalExitListeners(): number {
  const { [Symbol.for('signal-exit emitter')]: current } = globalThis as { [key: symbol]: SignalExitEmitter };
  const { __signal_exit_emitter__: upTo3 } = process as { __signal_exit_emitter__?: SignalExitEmitter };
  return (current?.count ?? 0) + (upTo3?.count ?? 0);
}
