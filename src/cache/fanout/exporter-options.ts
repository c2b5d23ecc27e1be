import { expectation, integerFrom, millisFrom, positiveInteger, resolveOptions, type OptionsOf } from '../../support/option.js';
import { readVariable } from '../../support/option-text.js';
import { report } from '../../support/report.js';

/** How spans are batched for an exporter. The names and meanings are those of the specification. */
export interface ExporterOptions {
  /**
   * Spans that may wait for export. A batch that does not fit is lost whole; only when none waits, one
   * batch (at most 256 spans) is taken whatever its size. Default 4,096.
   */
  maxQueueSize?: number;
  /**
   * Bytes that the spans waiting for export may keep alive, estimated. A batch that does not fit is lost whole; of one
   * that comes when none waits, those spans are that fit. An integer from 1. Default 67,108,864, which is 64 MiB.
   */
  maxQueueBytes?: number;
  /** Spans per export, at most `maxQueueSize`. Default 512. */
  maxExportBatchSize?: number;
  /** How long spans wait for a batch to fill up. Default 5,000. */
  scheduledDelayMillis?: number;
  /** How long an export may take, resource detection included, before it counts as failed. Default 30,000. */
  exportTimeoutMillis?: number;
}

const EXPORTER: OptionsOf<ExporterOptions> = {
  maxQueueSize: positiveInteger(4_096),
  maxQueueBytes: positiveInteger(64 * 2 ** 20),
  maxExportBatchSize: positiveInteger(512),
  scheduledDelayMillis: millisFrom(0, 5_000),
  exportTimeoutMillis: millisFrom(1, 30_000),
};

/** Not `NodeJS.ProcessEnv`: the public declarations need no types of Node. */
type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The options of an exporter. Those that are not given are read from the variables of the SDK's own processor, and
 * have the defaults of this package without them. A wrong variable is reported through `diag`, and throws nothing.
 */
// oxlint-disable-next-line node/no-process-env -- the place where the SDK's processor is told this
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
    warn(`${expectation(EXPORTER_VARIABLES.maxExportBatchSize, expected, maxExportBatchSize)}; that is used`);
  }
  return { ...resolved, maxExportBatchSize: maxQueueSize };
}

/** By option, the variable of the SDK that gives it. */
const EXPORTER_VARIABLES = {
  maxQueueSize: 'OTEL_BSP_MAX_QUEUE_SIZE',
  maxExportBatchSize: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
  scheduledDelayMillis: 'OTEL_BSP_SCHEDULE_DELAY',
  exportTimeoutMillis: 'OTEL_BSP_EXPORT_TIMEOUT',
} as const satisfies Partial<Record<keyof ExporterOptions, string>>;

/** The options that code does not give and environment variables do. */
function exporterVariables(options: ExporterOptions | undefined, env: Variables): ExporterOptions {
  // A variable must not make an option wrong that is right by itself.
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
