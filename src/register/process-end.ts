import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { guarded, report } from '../support/report.js';
import { setTimeout } from '../support/timers.js';
import { within } from './within.js';

/** The signals that end a process and leave it time. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
type EndingSignal = (typeof SIGNALS)[number];

/** What is to be done when the process, or the worker thread, ends. */
export interface LastSteps {
  /** Exports what there is. */
  forceFlush(): Promise<unknown>;
  /** Prints and exports what there is, and shuts down. For other threads it waits half of the time at most. */
  shutdown(timeoutMillis?: number): Promise<unknown>;
  /** What needs no waiting. May be called more than once. */
  finish(): void;
  /** How long the shutdown may take when this signal ends the process. */
  timeoutMillis(signal: EndingSignal): number;
  /** Says what was not exported, after a shutdown that was not over within these milliseconds, if any are given. */
  sayUnexported(timedOutAfterMillis?: number): void;
}

/** How long a process that has sent itself the signal lives on at most. */
const DEATH_MILLIS = 100;

/**
 * Takes the last steps, and leaves everything else as it would be without: the process ends by the same signal or
 * with the same code, and the application's own handlers decide as before.
 */
export function onProcessEnd(steps: LastSteps): void {
  process.once('beforeExit', guarded('the end of the process', () => void steps.shutdown().catch(() => {})));
  process.on('exit', guarded('the end of the process', () => steps.finish()));
  // Worker threads get no signals.
  if (isMainThread) for (const signal of SIGNALS) new SignalEnd(signal, steps).listen();
}

/**
 * Takes the last steps at a signal, then has it end the process as if this were not there. They take no longer than
 * their time, and a second signal ends the process at once.
 *
 * If the application handles the signal, it decides: then this only has exported what there is, and leaves.
 */
class SignalEnd {
  readonly #signal: EndingSignal;
  readonly #steps: LastSteps;
  #ending = false;
  /** Whether another listener has left just now: one added by `once()` has left before it is called. */
  #someoneLeft = false;

  constructor(signal: EndingSignal, steps: LastSteps) {
    this.#signal = signal;
    this.#steps = steps;
  }

  listen(): void {
    process.on(this.#signal, this.#onSignal);
    process.on('removeListener', this.#onRemoveListener);
  }

  #leave(): void {
    process.removeListener(this.#signal, this.#onSignal);
    process.removeListener('removeListener', this.#onRemoveListener);
  }

  /** All listeners are called in one go, and microtasks run after them. */
  readonly #onRemoveListener = (event: string | symbol, listener: unknown): void => {
    if (event !== this.#signal || listener === this.#onSignal) return;
    this.#someoneLeft = true;
    void Promise.resolve().then(() => (this.#someoneLeft = false));
  };

  readonly #onSignal = guarded('the end by a signal', () => {
    if (this.#ending) {
      this.#die();
    } else if (this.#isHandled()) {
      // Those called after this one may count the listeners, too.
      void Promise.resolve().then(() => this.#leave());
      this.#steps.forceFlush().catch(() => {});
    } else {
      this.#ending = true;
      void this.#end();
    }
  });

  async #end(): Promise<void> {
    try {
      const millis = this.#steps.timeoutMillis(this.#signal);
      const inTime = await within(millis, this.#steps.shutdown(millis));
      this.#steps.finish();
      this.#steps.sayUnexported(inTime ? undefined : millis);
    } catch (error) {
      report('error', 'the end by a signal failed', error);
    } finally {
      this.#die();
    }
  }

  #isHandled(): boolean {
    const others = process.listeners(this.#signal).filter((listener) => listener !== this.#onSignal);
    return this.#someoneLeft || others.length > signalExitListeners();
  }

  /**
   * As PID 1, a process has no default action for signals, so its own ends it only by `process.exit()`. The code is
   * the one that a shell shows for the signal.
   */
  #die(): void {
    this.#leave();
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
 * The listeners of `signal-exit`, which many packages bring: they end the process only if there is no other
 * listener, so they count as none. It has one per copy, counted here by its versions from 4 and up to 3.
 */
function signalExitListeners(): number {
  const { [Symbol.for('signal-exit emitter')]: current } = globalThis as { [key: symbol]: SignalExitEmitter };
  const { __signal_exit_emitter__: upTo3 } = process as { __signal_exit_emitter__?: SignalExitEmitter };
  return (current?.count ?? 0) + (upTo3?.count ?? 0);
}
