import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SpanCache } from 'otel-span-cache';
import type * as Console from '../../../console/src/index.js';

/** Serves the console as it was built, and leaves the list of the user's consoles alone. */
export async function serve(cache: SpanCache, options: Console.ConsoleOptions = {}): Promise<Console.ConsoleHandle> {
  const folder = mkdtempSync(join(tmpdir(), 'otel-span-cache-bench-'));
  process.env['XDG_RUNTIME_DIR'] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  // By a name that is not resolved when types are checked: there may be no build.
  const name = 'otel-span-cache-console';
  const { serveConsole } = (await import(name)) as typeof Console;
  return serveConsole(cache, { port: 0, announce: false, ...options });
}

/** Sends a request to the console. */
export async function ask<Answer>({ url, token }: Console.ConsoleHandle, path: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(new URL(`/api/v1/${path}`, url), { headers });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
