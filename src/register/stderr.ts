import { Console } from 'node:console';
import { env, stderr } from 'node:process';
import { isatty, WriteStream } from 'node:tty';

/** Not the global console, which the application may have replaced. Ignores a stream that is closed. */
const terminal = new Console(stderr);

/** `formatTrace()` draws on no less. */
const MIN_WIDTH = 40;

/** Writes lines to standard error. Has written them when it returns, except on Windows and in a worker thread. */
export function print(text: string): void {
  terminal.log(text);
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
