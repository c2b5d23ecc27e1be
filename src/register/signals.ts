import { listed, type Environment } from './environment.js';

export type Signal = 'traces' | 'logs' | 'metrics';

/**
 * Whether the SDK sets up what exports a signal: as its variables say and, if they say nothing, as it does by
 * default, to an OTLP endpoint on this machine. Not so while traces are printed: who looks at them in the terminal
 * rarely has a collector there, and exporters that find none keep the process for seconds at its end.
 */
export function isExported(signal: Signal, env: Environment, printing: boolean): boolean {
  const name = signal.toUpperCase();
  const exporters = listed(env[`OTEL_${name}_EXPORTER`] ?? '');
  // Of several, the SDK takes `none` for nothing only if it is the first one of traces.
  if (exporters.length > 0) return signal === 'traces' ? exporters[0] !== 'none' : !exporters.includes('none');
  if (!printing) return true;
  return ['OTEL_EXPORTER_OTLP_ENDPOINT', `OTEL_EXPORTER_OTLP_${name}_ENDPOINT`].some((endpoint) => env[endpoint]?.trim());
}
