/**
 * The live console of a service: whole traces, call paths with percentiles, errors and logs, served by the process itself.
 *
 * @module otel-span-cache-console
 */
export { serveConsole } from './serve-console.js';
export { joinConsole } from './processes/join/join-console.js';
export type { ConsoleHandle, ConsoleHostStats } from './host/console-handle.js';
export type { ConsoleOptions } from './options.js';
export type { JoinHandle, JoinStats } from './processes/join/join-handle.js';
export type { JoinOptions } from './processes/join/join-options.js';
