/**
 * Starts the OpenTelemetry SDK with a span cache. Load it before the application:
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
