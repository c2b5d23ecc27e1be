import {
  expectation,
  integerFrom,
  millisFrom,
  positiveInteger,
  resolveOptions,
  type OptionsOf,
} from '../../support/option.js';
import { readVariable } from '../../support/option-text.js';
import { report } from '../../support/report.js';

/**
 * How spans are batched for an exporter. Names and meanings follow the section "Batching processor" of the OpenTelemetry
 * trace SDK specification.
 *
 * An option left out is read from its `OTEL_BSP_…` variable, else the default given here applies.
 */
export interface ExporterOptions {
  /**
   * Spans that may wait for export. A batch that does not fit is dropped whole; an empty queue accepts any one batch (at
   * most 256 spans). An integer from 1. Default 4,096. Variable: `OTEL_BSP_MAX_QUEUE_SIZE`.
   */
  maxQueueSize?: number;
  /**
   * Estimated bytes that the spans waiting for export may keep alive. A batch that does not fit is dropped whole; if the
   * queue is empty, the spans that fit are kept. An integer from 1. Default 67,108,864 (64 MiB).
   */
  maxQueueBytes?: number;
  /**
   * Spans per export. An integer from 1 to `maxQueueSize`. Default 512, or `maxQueueSize` if that is smaller. Variable:
   * `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`.
   */
  maxExportBatchSize?: number;
  /**
   * Milliseconds that spans wait for a batch to fill up. From 0 to 2,147,483,647. Default 5,000. Variable:
   * `OTEL_BSP_SCHEDULE_DELAY`.
   */
  scheduledDelayMillis?: number;
  /**
   * Milliseconds after which an export, including its wait for pending resource attributes, counts as failed. From 1 to
   * 2,147,483,647. Default 30,000. Variable: `OTEL_BSP_EXPORT_TIMEOUT`.
   */
  exportTimeoutMillis?: number;
}

const EXPORTER: OptionsOf<ExporterOptions> = {
  maxQueueSize: positiveInteger(4_096),
  maxQueueBytes: positiveInteger(64 * 2 ** 20),
  maxExportBatchSize: positiveInteger(512),
  scheduledDelayMillis: millisFrom(0, 5_000),
  exportTimeoutMillis: millisFrom(1, 30_000),
};

/** Used instead of `NodeJS.ProcessEnv`, so that the public declarations need no types of Node. */
type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Resolves the options of an exporter: the value given in code, else the `OTEL_BSP_…` variable, else the default. An
 * invalid variable is reported through `diag` and ignored.
 *
 * @throws TypeError for an unknown option or a value of the wrong type
 * @throws RangeError for a value out of range
 */
// oxlint-disable-next-line node/no-process-env -- `NodeSDK` reads these variables too
export function exporterOptions(options?: ExporterOptions, env: Variables = process.env): Required<ExporterOptions> {
  const inCode = resolveOptions(EXPORTER, options);
  const variables = exporterVariables(options, env);
  const resolved = { ...inCode, ...variables };
  const { maxQueueSize, maxExportBatchSize } = resolved;
  if (maxExportBatchSize <= maxQueueSize) return resolved;
  const expected = `at most maxQueueSize (${maxQueueSize})`;
  if (options?.maxExportBatchSize !== undefined) {
    throw new RangeError(expectation('maxExportBatchSize', expected, maxExportBatchSize));
  }
  if (variables.maxExportBatchSize !== undefined) {
    warn(
      `${expectation(EXPORTER_VARIABLES.maxExportBatchSize, expected, maxExportBatchSize)}; ${maxQueueSize} is used`,
    );
  }
  return { ...resolved, maxExportBatchSize: maxQueueSize };
}

/** The SDK's variable for each option. */
const EXPORTER_VARIABLES = {
  maxQueueSize: 'OTEL_BSP_MAX_QUEUE_SIZE',
  maxExportBatchSize: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
  scheduledDelayMillis: 'OTEL_BSP_SCHEDULE_DELAY',
  exportTimeoutMillis: 'OTEL_BSP_EXPORT_TIMEOUT',
} as const satisfies Partial<Record<keyof ExporterOptions, string>>;

/** The options that are set by environment variables and not in code. */
function exporterVariables(options: ExporterOptions | undefined, env: Variables): ExporterOptions {
  // A queue size below the batch size given in code is rejected, because it would make that valid option invalid.
  const maxQueueSize = integerFrom(options?.maxExportBatchSize ?? 1, EXPORTER.maxQueueSize.fallback);
  const checks = { ...EXPORTER, maxQueueSize };
  const names = Object.keys(EXPORTER_VARIABLES) as (keyof typeof EXPORTER_VARIABLES)[];
  const values = names
    .filter((name) => options?.[name] === undefined)
    .map((name) => [name, readVariable(EXPORTER_VARIABLES[name], env[EXPORTER_VARIABLES[name]], checks[name], warn)])
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(values) as ExporterOptions;
}

const warn = (message: string): void => report('warn', message);
