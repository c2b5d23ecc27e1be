import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The version of this package. */
export function consoleVersion(): string {
  return versionIn(new URL('../package.json', import.meta.url));
}

/** The version of `otel-span-cache` in use. */
export function cacheVersion(): string {
  try {
    return versionIn(createRequire(import.meta.url).resolve('otel-span-cache/package.json'));
  } catch {
    return 'unknown';
  }
}

function versionIn(file: string | URL): string {
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}
