import * as loader from 'node:module';
import { pathToFileURL } from 'node:url';
import { printable } from '../trace/text/printable.js';
import { perProcess } from '../support/per-process.js';
import { say } from '../support/stderr.js';
import { findInstalled, findModule, isNodesOwnThread, loadModule } from './peers.js';

/** `import-in-the-middle/register-hooks.mjs`, from 3.1 on. */
interface RegisterHooks {
  supportsSyncHooks(): boolean;
  register(options: HookOptions & { shouldInclude?(url: string): boolean }): void;
}

/** Modules to wrap; without a list, all. */
interface HookOptions {
  readonly include?: string[];
}

const INSTRUMENTATION = '@opentelemetry/instrumentation';

/** Packages that depend on `INSTRUMENTATION`, for package managers that do not hoist it. */
const DEPENDENTS = ['@opentelemetry/auto-instrumentations-node', '@opentelemetry/sdk-node'];

/** The hook is registered once, by whichever of `register` and `hook` is loaded first. */
const hook = perProcess('import hook 1', () => ({ isRegistered: false }));

/** Lets instrumentations patch every module that is imported from now on. Never throws; reports on standard error. */
export function hookAllImports(): void {
  if (isNodesOwnThread()) return;
  try {
    const instrumentation = findInstrumentation();
    if (instrumentation !== undefined) hookImports(instrumentation, {});
    else say('error', `otel-span-cache/hook needs ${INSTRUMENTATION}, which is not installed`);
  } catch (error) {
    say('error', hookFailure(error));
  }
}

/**
 * Registers the import hook.
 *
 * @param instrumentation the main file of the `@opentelemetry/instrumentation` in use: its copy of
 *   `import-in-the-middle` is the one that holds the instrumentations' patches
 */
export function hookImports(instrumentation: string, options: HookOptions): void {
  if (hook.isRegistered) return;
  hook.isRegistered = true;
  const syncHooks = loadSyncHooks(instrumentation);
  if (syncHooks !== undefined) {
    syncHooks.register(options.include ? options : wrapOncePatched(instrumentation));
    return;
  }
  const path = findModule('import-in-the-middle/hook.mjs', instrumentation);
  if (path !== undefined) loader.register(pathToFileURL(path).href, { data: options });
}

/**
 * Wraps no module before the first instrumentation is constructed: if `http` was wrapped by then, OpenTelemetry 3.x
 * patches it twice, and each outgoing request has two spans. Instrumentations may have patched the CommonJS exports of
 * a Node module before it is imported, so its named exports are synchronized first.
 */
function wrapOncePatched(instrumentation: string): { shouldInclude?(url: string): boolean } {
  const path = findModule('import-in-the-middle/lib/register.js', instrumentation);
  const { importHooks } = path === undefined ? {} : (loadModule(path) as { importHooks?: unknown });
  if (!Array.isArray(importHooks)) return {};
  return {
    shouldInclude(url) {
      if (importHooks.length === 0) return false;
      if (url.startsWith('node:')) loader.syncBuiltinESMExports();
      return true;
    },
  };
}

/** Without synchronous hooks, the hook needs a thread, which the permission model may deny. */
export function hookFailure(error: unknown): string {
  const { code, permission } = Object(error) as { code?: unknown; permission?: unknown };
  const isDenied = code === 'ERR_ACCESS_DENIED' && permission === 'WorkerThreads';
  const reason = isDenied ? 'the import hook needs the flag --allow-worker' : printable(error);
  return `imported ES modules are not instrumented, only required modules are: ${reason}`;
}

function findInstrumentation(): string | undefined {
  const installed = findInstalled(INSTRUMENTATION);
  if (installed !== undefined) return installed;
  const dependents = DEPENDENTS.map(findInstalled).filter((path) => path !== undefined);
  return dependents.map((path) => findModule(INSTRUMENTATION, path)).find((path) => path !== undefined);
}

/** Preferred to `module.register()`, because Node 26 warns of that. */
function loadSyncHooks(instrumentation: string): RegisterHooks | undefined {
  if (!('registerHooks' in loader)) return undefined;
  const path = findModule('import-in-the-middle/register-hooks.mjs', instrumentation);
  if (path === undefined) return undefined;
  const hooks = loadModule(path) as RegisterHooks;
  return hooks.supportsSyncHooks() ? hooks : undefined;
}
