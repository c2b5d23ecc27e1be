import { isSpanContextValid, isValidTraceId, trace, type Context } from '@opentelemetry/api';
import { report } from '../../support/report.js';
import type { Sampler, SamplingResult } from '../../model/otel.js';
import { isSampled, NOT_RECORD, RECORD_AND_SAMPLED } from '../../model/sampling.js';

/** A sampler that decides by the context and the trace id alone. */
interface Rule extends Sampler {
  shouldSample(context: Context, traceId: string): SamplingResult;
}

const ALWAYS_ON: Rule = { shouldSample: () => ({ decision: RECORD_AND_SAMPLED }), toString: () => 'AlwaysOnSampler' };
const ALWAYS_OFF: Rule = { shouldSample: () => ({ decision: NOT_RECORD }), toString: () => 'AlwaysOffSampler' };

/** The SDK's default: follows the parent, and samples spans without one. */
export const PARENT_BASED: Sampler = parentBased(ALWAYS_ON);

/** Samplers by their name in `OTEL_TRACES_SAMPLER`. */
const RULES: Readonly<Record<string, (env: NodeJS.ProcessEnv) => Sampler>> = {
  always_on: () => ALWAYS_ON,
  always_off: () => ALWAYS_OFF,
  traceidratio: (env) => traceIdRatioBased(ratioFrom(env)),
  parentbased_always_on: () => PARENT_BASED,
  parentbased_always_off: () => parentBased(ALWAYS_OFF),
  parentbased_traceidratio: (env) => parentBased(traceIdRatioBased(ratioFrom(env))),
};

/**
 * Creates the sampler that the SDK would use by default: the one named by `OTEL_TRACES_SAMPLER` with
 * `OTEL_TRACES_SAMPLER_ARG`, else parent-based always-on. Configuring a sampler in code makes the SDK ignore these
 * variables, and `cache.sampler()` must not change the set of exported spans.
 *
 * As in the SDK, an invalid value is reported through `diag`, and the default applies.
 */
// oxlint-disable-next-line node/no-process-env -- the SDK reads it from the environment
export function defaultSampler(env: NodeJS.ProcessEnv = process.env): Sampler {
  const name = env['OTEL_TRACES_SAMPLER']?.trim() || 'parentbased_always_on';
  if (Object.hasOwn(RULES, name)) return RULES[name]!(env);
  report('error', `unknown OTEL_TRACES_SAMPLER "${name}", using parentbased_always_on`);
  return PARENT_BASED;
}

/** Follows the parent, local or remote; without one, `root` decides. */
function parentBased(root: Rule): Rule {
  return {
    shouldSample(context, traceId) {
      const parent = trace.getSpanContext(context);
      if (parent === undefined || !isSpanContextValid(parent)) return root.shouldSample(context, traceId);
      return (isSampled(parent) ? ALWAYS_ON : ALWAYS_OFF).shouldSample(context, traceId);
    },
    toString: () => `ParentBased{root=${root.toString()}}`,
  };
}

/**
 * Decides by the trace id with the algorithm of both lines of the SDK, so that all services of a trace agree. It
 * differs from the current specification, which `TraceRatio` implements.
 */
function traceIdRatioBased(ratio: number): Rule {
  const bound = ratio === 1 ? 2 ** 32 : Math.floor(ratio * (2 ** 32 - 1));
  return {
    shouldSample(_context, traceId) {
      const sampled = isValidTraceId(traceId) && foldedTo32Bits(traceId) < bound;
      return { decision: sampled ? RECORD_AND_SAMPLED : NOT_RECORD };
    },
    toString: () => `TraceIdRatioBased{${ratio}}`,
  };
}

/** Combines the four 32-bit parts of a trace id by XOR. */
function foldedTo32Bits(traceId: string): number {
  let folded = 0;
  for (let start = 0; start < traceId.length; start += 8) {
    folded ^= Number.parseInt(traceId.slice(start, start + 8), 16);
  }
  return folded >>> 0;
}

function ratioFrom(env: NodeJS.ProcessEnv): number {
  const given = env['OTEL_TRACES_SAMPLER_ARG']?.trim();
  const ratio = given ? Number(given) : NaN;
  if (ratio >= 0 && ratio <= 1) return ratio;
  report('error', `OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, got "${given ?? ''}", using 1`);
  return 1;
}
