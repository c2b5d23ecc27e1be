import { isMainThread } from 'node:worker_threads';

/** What is to be done when the process, or the worker thread, ends. */
export interface LastSteps {
  /** Exports what there is. */
  forceFlush(): Promise<unknown>;
  /** Exports what there is, and shuts down. */
  shutdown(): Promise<unknown>;
  /** What needs no waiting. May be called more than once. */
  finish(): void;
}

interface Counting {
  readonly count?: number;
}

/** Those that end a process and leave it time. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Takes the last steps, and leaves everything else as it would be without: the process ends by the same signal or
 * with the same code, and the application's own handlers decide as before.
 */
export function onProcessEnd(steps: LastSteps): void {
  process.once('beforeExit', () => void shutDown(steps));
  process.on('exit', () => steps.finish());
  // Worker threads get no signals.
  if (!isMainThread) return;
  for (const signal of SIGNALS) process.once(signal, () => void endBySignal(signal, steps));
}

/** By now this listener is gone: a second signal ends the process at once, unless the application handles it. */
async function endBySignal(signal: NodeJS.Signals, steps: LastSteps): Promise<void> {
  if (process.listenerCount(signal) > politeListeners()) {
    // The application ends in its own time, and may start and end spans until then.
    await steps.forceFlush();
    return;
  }
  await shutDown(steps);
  steps.finish();
  process.kill(process.pid, signal);
}

async function shutDown(steps: LastSteps): Promise<void> {
  try {
    await steps.shutdown();
  } catch {
    // A failing exporter has been logged by the SDK, which goes on shutting down.
  }
}

/**
 * The listeners of `signal-exit`, which many packages bring: they end the process only if there is no other
 * listener, so they count as none. It has one per copy, counted here by its versions from 4 and up to 3.
 */
function politeListeners(): number {
  const emitters = [
    (globalThis as { [key: symbol]: unknown })[Symbol.for('signal-exit emitter')],
    (process as { ['__signal_exit_emitter__']?: unknown })['__signal_exit_emitter__'],
  ];
  return emitters.reduce<number>((sum, emitter) => sum + ((emitter as Counting | undefined)?.count ?? 0), 0);
}
