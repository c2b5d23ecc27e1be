import { createRequire } from 'node:module';
import { join } from 'node:path';
import { firstTexts } from '../first-texts.js';

const MAX_NAMED = 8;

/** Matches instrumentation packages, but not their base package `@opentelemetry/instrumentation`. */
const INSTRUMENTATION = /^(?:@opentelemetry\/instrumentation-|.*opentelemetry-instrumentation-?)(.*)/;

/** Captures the innermost package in a file's path. */
const PACKAGE = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

const UNDER_JEST = `Under jest, automatic instrumentation patches nothing, because jest has its own module loader. Assert on
spans that the code starts through the API; or start the service in a process of its own and read its spans with
remoteScope() from otel-span-cache/testing/remote; or use node:test or mocha.`;

/** A hint for messages about missing spans: the instrumentations that are loaded, or why there is none. */
export function whyNoInstrumentation(): string {
  if (isJest()) return UNDER_JEST;
  const loaded = loadedInstrumentations();
  if (loaded.length === 0) {
    return `No loaded instrumentation was found. Spans of HTTP, databases and so on need one, and it must be loaded before the
module that it patches.`;
  }
  const shown = firstTexts(loaded, MAX_NAMED, String, (more) => `${more} more`);
  return [
    `Loaded instrumentations: ${shown.join(', ')}. Each must be set up before the module that it patches is loaded.`,
    ...(loaded.includes('http') && !isHttpPatched() ? ['node:http is not patched.'] : []),
  ].join('\n');
}

function loadedInstrumentations(): string[] {
  return [...loadedPackages()]
    .map((name) => INSTRUMENTATION.exec(name))
    .flatMap((found) => (found === null ? [] : [found[1] || found[0]]))
    .sort();
}

/** Whether `node:http` is instrumented; true if that is unknown. */
function isHttpPatched(): boolean {
  const http = process.getBuiltinModule?.('node:http') as { readonly get?: object } | undefined;
  // Instrumentations mark the functions they wrap.
  return http?.get === undefined || Object.hasOwn(http.get, '__wrapped');
}

function isJest(): boolean {
  // Jest sets this variable in its workers.
  // oxlint-disable-next-line node/no-process-env
  return process.env['JEST_WORKER_ID'] !== undefined;
}

/** Names of the packages loaded as CommonJS, through `require` or `import`. Node has no list of loaded ES modules. */
export function loadedPackages(): Set<string> {
  const files = Object.keys(createRequire(join(process.cwd(), 'package.json')).cache);
  const names = files.map((file) => PACKAGE.exec(file)?.[1]?.replaceAll('\\', '/'));
  return new Set(names.filter((name) => name !== undefined));
}
