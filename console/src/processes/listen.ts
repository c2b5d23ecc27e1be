import { env } from 'node:process';
import { SpanCache } from 'otel-span-cache';
import type { Listening } from '../host/announce.js';
import { ServedConsole } from '../host/served-console.js';
import { serviceName } from '../host/service-name.js';
import { clearInterval, setInterval } from '../host/timers.js';
import { resolveOptions } from '../options.js';

/** The usual port of OTLP/HTTP. */
const OTLP_PORT = 4_318;

const HOUR_MILLIS = 3_600_000;

export interface ListenCommand {
  readonly port?: number;
  /** Default 4318. */
  readonly otlpPort?: number;
  /** Called with the addresses of the console. Default: they are written to standard error. */
  readonly onListening?: (listening: Listening) => void;
  /** Ends the console when aborted. */
  readonly signal: AbortSignal;
}

/**
 * Serves a console without a service, which other processes join with `joinConsole()` or send OTLP to. Keeps the
 * process alive until `signal` is aborted. Rejects if it cannot listen.
 */
export async function listen({ port, otlpPort = OTLP_PORT, onListening, signal }: ListenCommand): Promise<void> {
  const options = resolveOptions({ ...(port !== undefined && { port }), otlpPort });
  const cache = new SpanCache();
  const served = await new ServedConsole(cache, options, serviceName(env, 'listen'), onListening).start();
  const keepAlive = setInterval(() => {}, HOUR_MILLIS);
  await aborted(signal);
  clearInterval(keepAlive);
  await served.close();
  await cache.shutdown();
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
