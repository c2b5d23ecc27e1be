import { isMainThread } from 'node:worker_threads';
import { guarded } from '../support/report.js';
import { SignalEnd, type EndingSignal, type LastSteps } from './signal-end.js';

const SIGNALS: readonly EndingSignal[] = ['SIGTERM', 'SIGINT'];

/**
 * Takes the last steps, and leaves everything else as it would be without: the process ends by the same signal or
 * with the same code, and the application's own handlers decide as before.
 */
export function onProcessEnd(steps: LastSteps): void {
  process.once('beforeExit', guarded('the end of the process', () => void steps.shutdown().catch(() => {})));
  process.on('exit', guarded('the end of the process', () => steps.finish()));
  // Worker threads get no signals.
  if (!isMainThread) return;
  for (const signal of SIGNALS) new SignalEnd(signal, steps).listen();
}
