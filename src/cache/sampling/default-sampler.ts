import { isSpanContextValid, isValidTraceId, trace, type Context } from '@opentelemetry/api';
import { report } from '../../support/report.js';
import type { Sampler, SamplingResult } from '../../model/otel.js';
import { isSampled, NOT_RECORD, RECORD_AND_SAMPLED } from '../../model/sampling.js';

/** What is asked here of the context and the trace id alone. */
interface Rule extends Sampler {
  shouldSample(context: Context, traceId: string): SamplingResult;
}

const ALWAYS_ON: Rule = { shouldSample: () => ({ decision: RECORD_AND_SAMPLED }), toString: () => 'AlwaysOnSampler' };
const ALWAYS_OFF: Rule = { shouldSample: () => ({ decision: NOT_RECORD }), toString: () => 'AlwaysOffSampler' };

/** Follows the parent, and samples without one: the SDK's default. */
export const PARENT_BASED: Sampler = parentBased(ALWAYS_ON);

/** By the name that `OTEL_TRACES_SAMPLER` has for it. */
const RULES: Readonly<Record<string, (env: NodeJS.ProcessEnv) => Sampler>> = {
  always_on: () => ALWAYS_ON,
  always_off: () => ALWAYS_OFF,
  traceidratio: (env) => traceIdRatioBased(ratioFrom(env)),
  parentbased_always_on: () => PARENT_BASED,
  parentbased_always_off: () => parentBased(ALWAYS_OFF),
  parentbased_traceidratio: (env) => parentBased(traceIdRatioBased(ratioFrom(env))),
};

/**
 * The sampler that the SDK uses if it is given none: the one that `OTEL_TRACES_SAMPLER` names, with
 * `OTEL_TRACES_SAMPLER_ARG`; else the parent's decision, and without a parent always yes. A sampler given in code makes
 * the SDK ignore these variables, and this one must not change how much is exported.
 *
 * As in the SDK, a wrong value is reported through `diag` and the default taken.
 */
// oxlint-disable-next-line node/no-process-env -- the place where the SDK is told this
export function defaultSampler(env: NodeJS.ProcessEnv = process.env): Sampler {
  const name = env['OTEL_TRACES_SAMPLER']?.trim() || 'parentbased_always_on';
  if (Object.hasOwn(RULES, name)) return RULES[name]!(env);
  report('error', `unknown OTEL_TRACES_SAMPLER "${name}", using parentbased_always_on`);
  return PARENT_BASED;
}

/** Follows the parent, local or remote; asks `root` if there is none. */
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
 * By the trace id, as the samplers of this name in both lines of the SDK compute it, so that the services of a
 * trace agree. It is not what the specification has for it by now, and not what `TraceRatio` does.
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

/** The four quarters of a trace id, combined by exclusive or. */
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
