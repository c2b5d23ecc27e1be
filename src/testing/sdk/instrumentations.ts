import { createRequire } from 'node:module';
import { join } from 'node:path';
import { firstTexts } from '../first-texts.js';

const MAX_NAMED = 8;

/** Names of instrumentation packages, without the base package `@opentelemetry/instrumentation`. */
const INSTRUMENTATION = /^(?:@opentelemetry\/instrumentation-|.*opentelemetry-instrumentation-?)(.*)/;

/** Matches the innermost package of a file's path. */
const PACKAGE = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

const UNDER_JEST = `Under jest automatic instrumentations patch nothing, because it loads modules by itself. Look at spans that
the code starts by the API; or start the service in a process of its own, and read it by remoteScope() of
otel-span-cache/testing/remote; or test it with node:test or mocha.`;

export function whyNoInstrumentation(): string {
  if (isJest()) return UNDER_JEST;
  const loaded = loadedInstrumentations();
  if (loaded.length === 0) {
    return `No instrumentation is loaded, as far as can be seen. Spans of HTTP, databases and the like need one, which must be
loaded before what it patches.`;
  }
  const shown = firstTexts(loaded, MAX_NAMED, String, (more) => `${more} more`);
  return [
    `Loaded instrumentations: ${shown.join(', ')}. Each must be set up before what it patches is loaded.`,
    ...(loaded.includes('http') && !isHttpPatched() ? ['node:http is not patched.'] : []),
  ].join('\n');
}

function loadedInstrumentations(): string[] {
  return [...loadedPackages()]
    .map((name) => INSTRUMENTATION.exec(name))
    .flatMap((found) => (found === null ? [] : [found[1] || found[0]]))
    .sort();
}

/** True if it is unknown. */
function isHttpPatched(): boolean {
  const http = process.getBuiltinModule?.('node:http') as { readonly get?: object } | undefined;
  // Instrumentations mark the functions they wrap.
  return http?.get === undefined || Object.hasOwn(http.get, '__wrapped');
}

function isJest(): boolean {
  // Not an option: the variable is jest's own.
  // oxlint-disable-next-line node/no-process-env
  return process.env['JEST_WORKER_ID'] !== undefined;
}

/** Names of the packages loaded as CommonJS, by `require` or `import`. ES modules cannot be listed. */
export function loadedPackages(): Set<string> {
  const files = Object.keys(createRequire(join(process.cwd(), 'package.json')).cache);
  const names = files.map((file) => PACKAGE.exec(file)?.[1]?.replaceAll('\\', '/'));
  return new Set(names.filter((name) => name !== undefined));
}
