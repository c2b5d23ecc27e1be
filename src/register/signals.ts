import { listed, type Environment } from './environment.js';

export type Signal = 'traces' | 'logs' | 'metrics';

/**
 * Whether the SDK exports a signal: as its variables configure it, by default to an OTLP endpoint on this machine.
 *
 * While traces are printed or shown in the console, the default is not to export. A user at a terminal rarely runs a
 * collector, and an unreachable one delays the exit of the process by seconds.
 *
 * @param isShown whether traces are printed, or there is a console
 */
export function isExported(signal: Signal, env: Environment, isShown: boolean): boolean {
  const name = signal.toUpperCase();
  const exporters = listed(env[`OTEL_${name}_EXPORTER`] ?? '');
  // In a list, the SDK honours `none` for traces only in first place; for the other signals, in any place.
  if (exporters.length > 0) return signal === 'traces' ? exporters[0] !== 'none' : !exporters.includes('none');
  if (!isShown) return true;
  return ['OTEL_EXPORTER_OTLP_ENDPOINT', `OTEL_EXPORTER_OTLP_${name}_ENDPOINT`].some((endpoint) =>
    env[endpoint]?.trim(),
  );
}
