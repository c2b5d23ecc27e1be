import { defaultSampler } from '../../cache/sampling/default-sampler.js';
import { isTrue, type Environment } from '../environment.js';

/** A sampler that samples nothing by itself, as it describes itself. */
const SAMPLES_NOTHING = /^(ParentBased\{root=)?(?:AlwaysOffSampler|TraceIdRatioBased\{0\})\}?$/;

/** Why the variables leave no trace to print; undefined if they leave some. */
export function whyNothingIsPrinted(env: Environment): string | undefined {
  if (isTrue(env['OTEL_SDK_DISABLED'])) return 'OTEL_SDK_DISABLED=true: nothing is traced, so nothing is printed';
  const sampler = SAMPLES_NOTHING.exec(String(defaultSampler(env)));
  if (sampler === null || Number(env['OTEL_SPAN_CACHE_SAMPLING_RATIO']) > 0) return undefined;
  const variables = ['OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG'].filter((variable) => env[variable]?.trim());
  const set = variables.map((variable) => `${variable}=${env[variable]!.trim()}`).join(' ');
  const [, parentBased] = sampler;
  const except = parentBased === undefined ? '' : ' but those that a caller samples';
  return `${set}: no traces are sampled${except}, so none are printed, unless OTEL_SPAN_CACHE_SAMPLING_RATIO or the program adds some`;
}

/** Why a choice of what to print has no effect: nothing says that anything is printed. Undefined if something does. */
export function whyChoiceHasNoEffect(env: Environment): string | undefined {
  if (!env['OTEL_SPAN_CACHE_PRINT_ONLY']?.trim() || env['OTEL_SPAN_CACHE_PRINT']?.trim()) return undefined;
  return 'OTEL_SPAN_CACHE_PRINT_ONLY is set, but nothing is printed unless OTEL_SPAN_CACHE_PRINT is set, too';
}
