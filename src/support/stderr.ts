import { Console } from 'node:console';
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import process, { env } from 'node:process';
import { isatty, WriteStream } from 'node:tty';
import { isMainThread } from 'node:worker_threads';
import { handleOf, type Handle } from './handle.js';
import { guarded } from './report.js';

/** Not the global console, which the application may have replaced. Made when it is used: the stream is, too. */
let terminal: Console | undefined;

/** `formatTrace()` draws on no less. */
const MIN_WIDTH = 40;

/** Bytes that may wait for a slow reader of standard error. Past that, nothing is written. */
const MAX_WAITING_BYTES = 16 * 2 ** 20;

/** How long a process that ends waits for a reader of standard error that does not go on reading. */
const PATIENCE_MILLIS = 1_000;
const RETRY_MILLIS = 5;

/** Whether the process is about to end. */
let isEnding = false;

/** Whether writing has failed for good: the reader has left, or the disk is full. */
let isClosed = false;

/** Writes lines to standard error, and returns false if it has no room for them. */
export function print(text: string): boolean {
  const { stderr } = process;
  if (isClosed || stderr.writableLength > MAX_WAITING_BYTES) return false;
  if (isEnding && isIdlePipe()) return writeWhole(Buffer.from(`${text}\n`));
  terminal ??= new Console(stderr);
  terminal.log(text);
  return true;
}

/** From now on, what is printed is written before the process can end, unless the reader does not go on reading. */
export function printBeforeEnd(): void {
  isEnding = true;
}

/**
 * A pipe takes 64 KiB at once, and its stream writes the rest later, when the process may have ended. Not so where
 * the text goes somewhere else: through the main thread, or where the program writes it by a function of its own.
 */
function isIdlePipe(): boolean {
  const { stderr } = process;
  return isMainThread && stderr instanceof Socket && !Object.hasOwn(stderr, 'write') && stderr.writableLength === 0 && !isatty(2);
}

/** Writes all of it, however slowly it is read; gives up if nothing was read for a while. */
function writeWhole(bytes: Uint8Array): boolean {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  let left = bytes;
  for (let waited = 0; left.length > 0 && waited < PATIENCE_MILLIS; ) {
    const written = writeSome(left);
    if (written === undefined) return false;
    if (written === 0) waited += RETRY_MILLIS;
    else waited = 0;
    if (written === 0) Atomics.wait(sleeper, 0, 0, RETRY_MILLIS);
    left = left.subarray(written);
  }
  return left.length === 0;
}

/** How much was written; undefined if nothing ever will be. */
function writeSome(bytes: Uint8Array): number | undefined {
  try {
    return writeSync(2, bytes);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : undefined;
  }
}

/**
 * From now on, the process survives that standard error cannot be written to; nothing more is printed then.
 *
 * Node would end it by an error that nobody caught. This holds for all writers, as it cannot be told whose text
 * failed: that of a worker thread is written by this one.
 *
 * @param onClosed is called then, unless what this returns was closed before
 */
export function surviveClosedStderr(onClosed: () => void): Handle {
  if (!survives) process.stderr.on('error', onError);
  survives = true;
  const close = guarded('the end of printing', onClosed);
  onClosing.add(close);
  return handleOf(() => onClosing.delete(close));
}

let survives = false;
const onClosing = new Set<() => void>();

function onError(error: NodeJS.ErrnoException | undefined): void {
  // One whose reader has no room just now is not closed.
  if (isClosed || error?.code === 'EAGAIN') return;
  isClosed = true;
  for (const close of onClosing) close();
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
  const columns = (process.stderr as Partial<WriteStream>).columns;
  // Some terminals do not say, and have 0.
  return columns ? { colors, width: Math.max(MIN_WIDTH, columns) } : { colors };
}
