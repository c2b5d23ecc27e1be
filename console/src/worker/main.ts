import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerStart } from '../link/messages.js';
import { startConsoleWorker } from './console-worker.js';

/* Main file of the worker thread. The thread ends when its port is closed, or with the process. */

// Standard output belongs to the application.
process.stdout.write = () => true;

await startConsoleWorker(parentPort!, workerData as WorkerStart, { unref: false });
