/**
 * Loaded before an application, starts the OpenTelemetry SDK with a cache:
 *
 * ```sh
 * node --import otel-span-cache/register app.js
 * node --require otel-span-cache/register app.js
 * ```
 *
 * @module otel-span-cache/register
 */
import { register } from './register/register.js';

register();
