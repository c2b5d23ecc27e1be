import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SpanCache } from 'otel-span-cache';
import { loggerOf, NO_PIPELINE, type Pipeline } from '../sdk.js';
import { ask, serve } from './served.js';

/** The cache with a console that another process watches. */
export async function consolePipeline(): Promise<Pipeline> {
  const cache = new SpanCache();
  loggerOf(cache.logRecordProcessor);
  const console = await serve(cache);
  fork(fileURLToPath(new URL('programs/viewer.js', import.meta.url)), [console.url, console.token], { execArgv: [] });
  return {
    ...NO_PIPELINE,
    spanProcessor: cache.spanProcessor,
    async settle() {
      cache.flush();
      const { clients } = await ask<{ clients: { streams: number } }>(console, 'stats');
      if (clients.streams === 0 && console.stats().sent > 0) throw new Error('nobody watches the console');
    },
    check() {
      const { sent, lost } = console.stats();
      if (sent === 0 || lost > 0) throw new Error(`the console got ${sent} spans and lost ${lost}`);
    },
  };
}
