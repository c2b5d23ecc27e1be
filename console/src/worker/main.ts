import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerStart } from '../link/messages.js';
import { startConsoleWorker } from './console-worker.js';

/*
 * Main file of the worker thread. The thread ends when its port is closed, or with the process.
 *
 * The build bundles it as CommonJS with its static imports: loaded as separate ES modules, they would take 1.7 MB more
 * in a console that nobody looks at.
 */

// Standard output belongs to the application.
process.stdout.write = () => true;

void startConsoleWorker(parentPort!, workerData as WorkerStart, { unref: false });
