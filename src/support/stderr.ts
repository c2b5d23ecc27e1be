import { Console } from 'node:console';
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import process, { env } from 'node:process';
import { isatty, WriteStream } from 'node:tty';
import { isMainThread } from 'node:worker_threads';
import { handleOf, type Handle } from './handle.js';
import { guarded } from './report.js';

/** A separate console, because the application may replace the global one. Created lazily, as `process.stderr` is. */
let terminal: Console | undefined;

/** Minimum width that `formatTrace()` accepts. */
const MIN_WIDTH = 40;

/** Bytes that may be buffered for a slow reader of standard error. Further lines are not written. */
const MAX_WAITING_BYTES = 16 * 2 ** 20;

/** How long an ending process waits for a reader of standard error that has stopped reading. */
const MAX_STALL_MILLIS = 1_000;
const RETRY_MILLIS = 5;

/** Whether the process is about to end. */
let isEnding = false;

/** Whether writing has failed permanently: the reader has exited, or the disk is full. */
let isClosed = false;

/** Writes text to standard error. Returns false if it cannot be written. */
export function print(text: string): boolean {
  const { stderr } = process;
  if (isClosed || stderr.writableLength > MAX_WAITING_BYTES) return false;
  if (isEnding && isIdlePipe()) return writeWhole(Buffer.from(`${text}\n`));
  terminal ??= new Console(stderr);
  terminal.log(text);
  return true;
}

/** Makes `print()` write to a pipe synchronously from now on, so that no text is lost when the process ends. */
export function printBeforeEnd(): void {
  isEnding = true;
}

/**
 * Whether standard error is a pipe with an empty buffer, to which `writeWhole()` may write. Its stream would write at
 * most 64 KiB at once and the rest later, when the process may have ended. False in worker threads, which write through
 * the main thread, and if the program has replaced `write()`.
 */
function isIdlePipe(): boolean {
  const { stderr } = process;
  return (
    isMainThread &&
    stderr instanceof Socket &&
    !Object.hasOwn(stderr, 'write') &&
    stderr.writableLength === 0 &&
    !isatty(2)
  );
}

/** Writes everything synchronously. Gives up once the reader has stalled for too long. */
function writeWhole(bytes: Uint8Array): boolean {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  let left = bytes;
  for (let stalled = 0; left.length > 0 && stalled < MAX_STALL_MILLIS;) {
    const written = writeSome(left);
    if (written === undefined) return false;
    stalled = written === 0 ? stalled + RETRY_MILLIS : 0;
    if (written === 0) Atomics.wait(sleeper, 0, 0, RETRY_MILLIS);
    left = left.subarray(written);
  }
  return left.length === 0;
}

/** The number of bytes written; undefined if writing failed permanently. */
function writeSome(bytes: Uint8Array): number | undefined {
  try {
    return writeSync(2, bytes);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : undefined;
  }
}

/**
 * Keeps the process alive when writing to standard error fails. From then on, nothing is printed.
 *
 * Without this, Node.js would end the process with an uncaught error. It applies to all writers, because the failed
 * write cannot be attributed: text of worker threads is written by this thread as well.
 *
 * @param onClosed called when writing fails, unless the returned handle was closed before
 */
export function surviveClosedStderr(onClosed: () => void): Handle {
  if (!survives) process.stderr.on('error', onError);
  survives = true;
  const close = guarded('ending the output to standard error', onClosed);
  onClosing.add(close);
  return handleOf(() => onClosing.delete(close));
}

let survives = false;
const onClosing = new Set<() => void>();

function onError(error: NodeJS.ErrnoException | undefined): void {
  // EAGAIN means that the reader is busy, not that it has exited.
  if (isClosed || error?.code === 'EAGAIN') return;
  isClosed = true;
  for (const close of onClosing) close();
}

/**
 * Writes a message about this package to standard error, because there is no diag logger before the SDK has started.
 * Respects `OTEL_LOG_LEVEL`, as the SDK does.
 */
export function say(level: 'error' | 'warn', message: string): void {
  const silenced = level === 'warn' ? ['NONE', 'ERROR'] : ['NONE'];
  if (!silenced.includes(env['OTEL_LOG_LEVEL']?.trim().toUpperCase() ?? '')) print(`otel-span-cache: ${message}`);
}

/** Colours and width for standard error, by the rules of Node.js; `FORCE_COLOR` also applies to pipes. */
export function terminalOptions(): { colors: boolean; width?: number } {
  const wanted = env['FORCE_COLOR'] !== undefined || isatty(2);
  const colors = wanted && WriteStream.prototype.getColorDepth(env) >= 4;
  const columns = (process.stderr as Partial<WriteStream>).columns;
  // Some terminals report 0 columns.
  return columns ? { colors, width: Math.max(MIN_WIDTH, columns) } : { colors };
}
