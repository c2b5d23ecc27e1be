/*
 * Loaded before an application, starts the OpenTelemetry SDK with a cache:
 *
 *     node --import otel-span-cache/register app.js
 *     node --require otel-span-cache/register app.js
 */
import { register } from './register/register.js';

register();
