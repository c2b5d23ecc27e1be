import { env } from 'node:process';
import { MessageChannel, Worker } from 'node:worker_threads';
import { untraced } from 'otel-span-cache';
import type { HostMessage, Link, WorkerMessage, WorkerStart } from '../link/messages.js';

/** A running worker, in its own thread or in this one. */
export interface RunningWorker extends Link<HostMessage> {
  /** Lets the process end while the worker runs. */
  unref(): void;
  /** Ends it at once. */
  terminate(): Promise<unknown>;
}

export interface WorkerListener {
  readonly onMessage: (message: WorkerMessage) => void;
  /** Called once when the worker has ended, also after `terminate()`. */
  readonly onExit: (error: Error | undefined) => void;
}

export type StartWorker = (start: WorkerStart, listener: WorkerListener) => RunningWorker;

export const MAX_HEAP_MB = 256;

/**
 * Heap for young objects: three semi-spaces of about 5 MB instead of 16 MB. Rows of spans survive anyway, so more room
 * would not save copies.
 */
const MAX_YOUNG_MB = 16;

/**
 * Starts the worker in a thread of its own. Preloaded modules of the service stay out of it, so that it is not traced.
 * Its standard output is discarded, because that stream belongs to the application.
 */
export const startThread: StartWorker = (start, { onMessage, onExit }) => {
  const { NODE_OPTIONS: _options, OTEL_SPAN_CACHE_CONSOLE: _console, ...others } = env;
  const worker = new Worker(new URL('../worker/main.cjs', import.meta.url), {
    name: 'otel-span-cache-console',
    workerData: start,
    execArgv: [],
    env: others,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: MAX_YOUNG_MB },
    // Piped but not read: the worker writes nothing there, and a reader would keep the process alive.
    stdout: true,
  });
  let failure: Error | undefined;
  worker.on('message', onMessage);
  worker.on('error', (error) => (failure = error));
  worker.once('exit', () => onExit(failure));
  return worker;
};

/** Runs the worker's code in this thread, for environments without worker threads. Its HTTP is not traced. */
export const startHere: StartWorker = (start, { onMessage, onExit }) => {
  const { port1: host, port2: worker } = new MessageChannel();
  host.on('message', onMessage);
  host.once('close', () => onExit(undefined));
  void untraced(async () => {
    try {
      const { startConsoleWorker } = await import('../worker/console-worker.js');
      await startConsoleWorker(worker, start, { unref: true });
    } catch (error) {
      worker.postMessage({ type: 'failed', error: String(error) } satisfies WorkerMessage);
      worker.close();
    }
  });
  return {
    postMessage: (message) => host.postMessage(message),
    unref() {
      host.unref();
      worker.unref();
    },
    async terminate() {
      host.close();
    },
  };
};
