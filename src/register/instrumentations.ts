import * as loader from 'node:module';
import { isAbsolute } from 'node:path';
import { env } from 'node:process';
import { pathToFileURL } from 'node:url';
import { diag, DiagConsoleLogger, DiagLogLevel } from '@opentelemetry/api';
import { printable } from '../trace/text/printable.js';
import { findModule, loadModule, loadPeer, type Peer } from './peers.js';

/** An instrumentation, as far as it is asked what it patches. */
export interface Instrumentation {
  getModuleDefinitions?(): { readonly name: string }[];
}

/** `@opentelemetry/auto-instrumentations-node`, the same in both lines. */
interface AutoInstrumentations {
  getNodeAutoInstrumentations(): Instrumentation[];
  getResourceDetectors(): unknown[];
}

/** `import-in-the-middle/register-hooks.mjs`, from 3.1 on. */
interface RegisterHooks {
  supportsSyncHooks(): boolean;
  register(options: { include: string[] }): void;
}

/** What `@opentelemetry/auto-instrumentations-node` brings, by the `OTEL_NODE_…` variables it reads. */
export interface Instrumented {
  readonly instrumentations: readonly Instrumentation[];
  /** Those of clouds and containers, too. */
  readonly resourceDetectors: () => unknown[];
}

/**
 * Instruments what the application will load; undefined if the package is not installed.
 *
 * Modules that are required are patched by the instrumentations themselves; those that are imported need the import hook as
 * well, which is told their names: wrapping every module that is imported would cost time, and breaks some.
 */
export function instrument(name: string, warn: (message: string) => void): Instrumented | undefined {
  const peer = loadPeer(name);
  if (peer === undefined) return undefined;
  const auto = peer.exports as AutoInstrumentations;
  const instrumentations = logging(() => auto.getNodeAutoInstrumentations());
  try {
    hookImports(peer, patchedModules(instrumentations));
  } catch (error) {
    warn(`modules that are imported are not instrumented, only those that are required: ${reasonOf(error)}`);
  }
  return { instrumentations, resourceDetectors: () => auto.getResourceDetectors() };
}

/** Under the permission model, the import hook needs a thread on releases of Node that have no other. */
function reasonOf(error: unknown): string {
  const { code, permission } = Object(error) as { code?: unknown; permission?: unknown };
  const isDenied = code === 'ERR_ACCESS_DENIED' && permission === 'WorkerThreads';
  return isDenied ? 'the import hook needs the flag --allow-worker' : printable(error);
}

/** Shows what is logged before the SDK sets up its logger, as that will. */
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

/** Uses the copy of `import-in-the-middle` that the instrumentations use: it is where they have left their patches. */
function hookImports(auto: Peer, include: string[]): void {
  const owner = findModule('@opentelemetry/instrumentation', auto);
  if (owner === undefined || include.length === 0) return;
  const hooks = syncHooks(owner);
  if (hooks !== undefined) {
    hooks.register({ include });
    return;
  }
  const hook = findModule('import-in-the-middle/hook.mjs', owner);
  if (hook !== undefined) loader.register(pathToFileURL(hook).href, { data: { include } });
}

/** Node 26 warns of `module.register()`, older releases have nothing else. */
function syncHooks(owner: string): RegisterHooks | undefined {
  if (!('registerHooks' in loader)) return undefined;
  const path = findModule('import-in-the-middle/register-hooks.mjs', owner);
  if (path === undefined) return undefined;
  const hooks = loadModule(path) as RegisterHooks;
  return hooks.supportsSyncHooks() ? hooks : undefined;
}
