import { Console } from 'node:console';
import { env, stderr } from 'node:process';
import { isatty, WriteStream } from 'node:tty';
import { guarded } from '../diagnostics/report.js';

/** Not the global console, which the application may have replaced. */
const terminal = new Console(stderr);

/** `formatTrace()` draws on no less. */
const MIN_WIDTH = 40;

/** Bytes that may wait for a slow reader of standard error. Past that, nothing is written. */
const MAX_WAITING_BYTES = 16 * 2 ** 20;

/** Whether writing has failed for good: the reader has left, or the disk is full. */
let isClosed = false;

/**
 * Writes lines to standard error, and returns false if it has no room for them. Has written them when it returns
 * true, except for a pipe whose reader is slow, on Windows, and in a worker thread.
 */
export function print(text: string): boolean {
  if (isClosed || stderr.writableLength > MAX_WAITING_BYTES) return false;
  terminal.log(text);
  return true;
}

/**
 * From now on, the process survives that standard error cannot be written to; nothing more is printed then.
 *
 * Node would end it by an error that nobody caught. This holds for all writers, as it cannot be told whose text
 * failed: that of a worker thread is written by this one.
 */
export function surviveClosedStderr(onClosed: () => void): void {
  stderr.on('error', (error: NodeJS.ErrnoException) => {
    // One whose reader has no room just now is not closed.
    if (isClosed || error?.code === 'EAGAIN') return;
    isClosed = true;
    guarded('the end of printing', onClosed)();
  });
}

/**
 * Says something about this package itself on standard error: before the SDK has started there is no logger to
 * say it to. `OTEL_LOG_LEVEL` silences it as it does the SDK.
 */
export function say(level: 'error' | 'warn', message: string): void {
  const silenced = level === 'warn' ? ['NONE', 'ERROR'] : ['NONE'];
  if (!silenced.includes(env['OTEL_LOG_LEVEL']?.trim().toUpperCase() ?? '')) print(`otel-span-cache: ${message}`);
}

/** How to draw for standard error as it is now: Node's own rules, `FORCE_COLOR` counting for pipes too. */
export function terminalOptions(): { colors: boolean; width?: number } {
  const wanted = env['FORCE_COLOR'] !== undefined || isatty(2);
  const colors = wanted && WriteStream.prototype.getColorDepth(env) >= 4;
  const columns = (stderr as Partial<WriteStream>).columns;
  // Some terminals do not say, and have 0.
  return columns ? { colors, width: Math.max(MIN_WIDTH, columns) } : { colors };
}
