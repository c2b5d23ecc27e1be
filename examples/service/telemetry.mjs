/**
 * OpenTelemetry for the shop. Load it before anything else:
 *
 *     node --import ./examples/service/telemetry.mjs examples/service/main.mjs
 *
 * The cache replaces the SDK's exporters: spans leave the process only if the environment has an endpoint, for example
 * OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318.
 */
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { register as registerSync, supportsSyncHooks } from 'import-in-the-middle/register-hooks.mjs';
import { SpanCache } from 'otel-span-cache';
import { connectThreads } from 'otel-span-cache/threads';

/** Packages that are imported as ES modules: instrumentations patch them only with the import hook. */
const PATCHED_IMPORTS = ['express', 'pg', 'pino'];

// Node 26 deprecates module.register(); older releases have no alternative.
if (supportsSyncHooks()) {
  registerSync({ include: PATCHED_IMPORTS });
} else {
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, { data: { include: PATCHED_IMPORTS } });
}

// Also read by the console.
process.env.OTEL_SERVICE_NAME ??= 'shop';

/** Whether the shop keeps running. Then it has a console, which also shows open spans and the spans of a worker thread. */
const serves = !isMainThread || process.argv.includes('--serve');

export const cache = new SpanCache({ trackOpenSpans: serves });
if (serves) connectThreads(cache);

const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_BSP_SCHEDULE_DELAY = '5000' } = process.env;
if (OTEL_EXPORTER_OTLP_ENDPOINT) {
  cache.addExporter(new OTLPTraceExporter(), { scheduledDelayMillis: Number(OTEL_BSP_SCHEDULE_DELAY) });
}

const sdk = new NodeSDK({
  serviceName: process.env.OTEL_SERVICE_NAME,
  autoDetectResources: false,
  spanProcessors: [cache.spanProcessor],
  logRecordProcessors: [cache.logRecordProcessor],
  metricReaders: [],
  instrumentations: [
    // Server spans only: outgoing calls use fetch.
    new HttpInstrumentation({ disableOutgoingRequestInstrumentation: true }),
    // Names the server span after its route, without a span per middleware.
    new ExpressInstrumentation({ ignoreLayers: [() => true] }),
    // Statements of requests only: no spans for connecting or for creating the schema.
    new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true }),
    // No spans for a fetch outside a request: traffic.mjs runs in this process as well.
    new UndiciInstrumentation({ requireParentforSpans: true }),
    // Log records refer to their span, so the log lines need no trace_id fields.
    new PinoInstrumentation({ disableLogCorrelation: true }),
  ],
});

sdk.start();

export function shutdownTelemetry() {
  return sdk.shutdown();
}
