import { defaultSampler } from '../../cache/sampling/default-sampler.js';
import { isTrue, type Environment } from '../environment.js';

/** Descriptions of samplers that sample no root span. */
const SAMPLES_NOTHING = /^(ParentBased\{root=)?(?:AlwaysOffSampler|TraceIdRatioBased\{0\})\}?$/;

/** Explains why no traces will be printed with these variables; undefined if some will be. */
export function whyNothingIsPrinted(env: Environment): string | undefined {
  if (isTrue(env['OTEL_SDK_DISABLED'])) return 'OTEL_SDK_DISABLED=true: nothing is traced, so nothing is printed';
  const sampler = SAMPLES_NOTHING.exec(String(defaultSampler(env)));
  if (sampler === null || Number(env['OTEL_SPAN_CACHE_SAMPLING_RATIO']) > 0) return undefined;
  const variables = ['OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG'].filter((variable) => env[variable]?.trim());
  const set = variables.map((variable) => `${variable}=${env[variable]!.trim()}`).join(' ');
  const [, parentBased] = sampler;
  const consequence =
    parentBased === undefined
      ? 'no traces are sampled, so none are printed'
      : 'only traces already sampled by a caller are recorded, so no others are printed';
  return `${set}: ${consequence} unless OTEL_SPAN_CACHE_SAMPLING_RATIO or the program adds some`;
}

/** Explains why `OTEL_SPAN_CACHE_PRINT_ONLY` has no effect; undefined if it has one or is not set. */
export function whyChoiceHasNoEffect(env: Environment): string | undefined {
  if (!env['OTEL_SPAN_CACHE_PRINT_ONLY']?.trim() || env['OTEL_SPAN_CACHE_PRINT']?.trim()) return undefined;
  return 'OTEL_SPAN_CACHE_PRINT_ONLY has no effect, because OTEL_SPAN_CACHE_PRINT is not set';
}
