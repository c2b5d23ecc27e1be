/** The encodings of OTLP/HTTP, by their names in `OTEL_EXPORTER_OTLP_PROTOCOL`. */
export type OtlpProtocol = 'http/protobuf' | 'http/json';

/**
 * Milliseconds from the end of a span to its export. Spans that end within this time are exported together. Not 0,
 * which SDKs of some languages reject.
 */
const SCHEDULE_DELAY = '10';

/**
 * Environment variables that make an OpenTelemetry SDK, in any language, promptly send all spans and log records to a
 * receiver. The variables for single signals are set as well, because values inherited from the shell would take
 * precedence.
 *
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function environmentFor(url: string, protocol: OtlpProtocol): Readonly<Record<string, string>> {
  return Object.freeze({
    OTEL_SDK_DISABLED: 'false',
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces`,
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${url}/v1/logs`,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: protocol,
    OTEL_BSP_SCHEDULE_DELAY: SCHEDULE_DELAY,
    OTEL_BLRP_SCHEDULE_DELAY: SCHEDULE_DELAY,
  });
}
