/**
 * OpenTelemetry for the shop. Load it before anything else:
 *
 *     node --import ./examples/service/telemetry.mjs examples/service/main.mjs
 *
 * The span cache takes the place of an exporter. Spans leave the process only where the environment says
 * where to: OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318, for example.
 */
import { register } from 'node:module';

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { register as registerSync, supportsSyncHooks } from 'import-in-the-middle/register-hooks.mjs';
import { SpanCache } from 'otel-span-cache';

/** Packages that are imported, not required: without the import hook they stay unpatched. */
const PATCHED_IMPORTS = ['express', 'pg', 'pino'];

// Node 26 warns about module.register(), older releases have nothing else.
if (supportsSyncHooks()) {
  registerSync({ include: PATCHED_IMPORTS });
} else {
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, { data: { include: PATCHED_IMPORTS } });
}

export const cache = new SpanCache();

const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_BSP_SCHEDULE_DELAY = '5000' } = process.env;
if (OTEL_EXPORTER_OTLP_ENDPOINT) {
  cache.addExporter(new OTLPTraceExporter(), { scheduledDelayMillis: Number(OTEL_BSP_SCHEDULE_DELAY) });
}

const sdk = new NodeSDK({
  serviceName: 'shop',
  autoDetectResources: false,
  spanProcessors: [cache.spanProcessor],
  logRecordProcessors: [cache.logRecordProcessor],
  metricReaders: [],
  instrumentations: [
    // One server span per request; outgoing calls are made with fetch.
    new HttpInstrumentation({ disableOutgoingRequestInstrumentation: true }),
    // Names the server span after its route; a span per middleware would only repeat it.
    new ExpressInstrumentation({ ignoreLayers: [() => true] }),
    // Statements only: no span for waiting on the pool, none for creating the schema.
    new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true }),
    // No span for a fetch outside a request: traffic.mjs runs in this process too.
    new UndiciInstrumentation({ requireParentforSpans: true }),
    // The log record carries its span; the line itself needs no trace_id fields.
    new PinoInstrumentation({ disableLogCorrelation: true }),
  ],
});

sdk.start();

export function shutdownTelemetry() {
  return sdk.shutdown();
}
