import { isAbsolute } from 'node:path';
import { env } from 'node:process';
import { pathToFileURL } from 'node:url';
import { diag, DiagConsoleLogger, DiagLogLevel } from '@opentelemetry/api';
import { hookFailure, hookImports } from './import-hook.js';
import { findModule, loadPeer } from './peers.js';

/** The part of an instrumentation that lists the modules it patches. */
export interface Instrumentation {
  getModuleDefinitions?(): { readonly name: string }[];
}

/** `@opentelemetry/auto-instrumentations-node`, the same in both lines. */
interface AutoInstrumentations {
  getNodeAutoInstrumentations(): Instrumentation[];
  getResourceDetectors(): unknown[];
}

/** The parts of `@opentelemetry/auto-instrumentations-node`, which its `OTEL_NODE_…` variables configure. */
export interface Instrumented {
  readonly instrumentations: readonly Instrumentation[];
  /** Includes the detectors for clouds and containers. */
  readonly resourceDetectors: () => unknown[];
}

/**
 * Instruments the modules that the application will load. Returns undefined if the package is not installed.
 *
 * The instrumentations patch required modules themselves; imported modules need the import hook as well. The hook is
 * limited to the patched modules, because wrapping every imported module costs time and breaks some.
 */
export function instrument(name: string, warn: (message: string) => void): Instrumented | undefined {
  const peer = loadPeer(name);
  if (peer === undefined) return undefined;
  const auto = peer.exports as AutoInstrumentations;
  const instrumentations = logging(() => auto.getNodeAutoInstrumentations());
  try {
    const owner = findModule('@opentelemetry/instrumentation', peer);
    const include = patchedModules(instrumentations);
    if (owner !== undefined && include.length > 0) hookImports(owner, { include });
  } catch (error) {
    warn(hookFailure(error));
  }
  return { instrumentations, resourceDetectors: () => auto.getResourceDetectors() };
}

/** Runs `work` with a logger like the one that the SDK sets up later, by `OTEL_LOG_LEVEL`. */
function logging<T>(work: () => T): T {
  const level = env['OTEL_LOG_LEVEL']?.trim().toUpperCase() as keyof typeof DiagLogLevel | undefined;
  const logLevel = level && DiagLogLevel[level];
  if (logLevel === undefined) return work();
  diag.setLogger(new DiagConsoleLogger(), { logLevel });
  try {
    return work();
  } finally {
    diag.disable();
  }
}

function patchedModules(instrumentations: readonly Instrumentation[]): string[] {
  const names = instrumentations.flatMap((each) => each.getModuleDefinitions?.() ?? []).map(({ name }) => name);
  return [...new Set(names)].map((name) => (isAbsolute(name) ? pathToFileURL(name).href : name));
}
