/**
 * Registers OpenTelemetry's import hook, without which instrumentations patch only CommonJS modules. Load it before
 * an SDK setup of your own:
 *
 * ```sh
 * node --import otel-span-cache/hook --import ./telemetry.mjs app.mjs
 * ```
 *
 * It loads no SDK, and needs no more than the `@opentelemetry/instrumentation` that your instrumentations bring. It
 * wraps every imported module. `otel-span-cache/register` registers a hook itself; with both, only one is registered.
 *
 * @module otel-span-cache/hook
 */
import { hookAllImports } from './register/import-hook.js';

hookAllImports();
