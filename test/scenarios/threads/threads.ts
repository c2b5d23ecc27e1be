import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ReceiverOptions, SpanReceiver, ThreadStats } from '../../../src/threads/index.js';
import { receiveSpans } from '../../../src/threads/index.js';
import type { SpanCacheOptions } from '../../../src/index.js';
import { TRACER_PROVIDER } from '../../sdk.js';
import { startService, type Service } from '../service.js';

/** The compiled package: in the folder of the 3.x line that is what `src` holds. Workers cannot run TypeScript. */
const compiled = new URL('../../../src/threads/index.js', import.meta.url);
const SRC = existsSync(compiled) ? new URL('../', compiled) : new URL('../../../dist/esm/', import.meta.url);

/** A service that receives the spans of its threads. */
export interface ThreadedService extends Service, Disposable {
  receiver: SpanReceiver;
  /** Starts `worker.mjs` with a task. */
  thread(task: string, data?: Record<string, unknown>): Worker;
  /** Runs a task to its end; returns the thread's exit code. */
  run(task: string, data?: Record<string, unknown>): Promise<number>;
  /** The numbers of the only thread. */
  onlyThread(): ThreadStats;
}

export function startThreadedService(options?: SpanCacheOptions, receiving?: ReceiverOptions): ThreadedService {
  const service = startService(options);
  const receiver = receiveSpans(service.cache, receiving);
  const workers: Worker[] = [];
  const thread: ThreadedService['thread'] = (task, data = {}) => {
    const worker = new Worker(new URL('worker.mjs', import.meta.url), {
      name: data['workerName'] as string | undefined,
      workerData: { src: SRC.href, tracerProvider: TRACER_PROVIDER, task, ...data },
    });
    workers.push(worker);
    return worker;
  };
  return {
    ...service,
    receiver,
    thread,
    async run(task, data) {
      const worker = thread(task, data);
      worker.on('error', () => {});
      // Not once(), which an error of the worker rejects.
      const code = await new Promise<number>((resolve) => worker.once('exit', resolve));
      await receiver.forceFlush();
      return code;
    },
    onlyThread() {
      const { threads } = receiver.stats();
      if (threads.length !== 1) throw new Error(`there are ${threads.length} threads`);
      return threads[0]!;
    },
    [Symbol.dispose]() {
      receiver.close();
      for (const worker of workers) void worker.terminate();
    },
  };
}

/** The first message of a thread to the application. */
export async function message<T>(worker: Worker): Promise<T> {
  const [value] = (await once(worker, 'message')) as [T];
  return value;
}
