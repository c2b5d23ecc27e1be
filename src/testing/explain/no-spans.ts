import { counted } from '../../trace/text/names.js';
import { whyNoInstrumentation } from '../sdk/instrumentations.js';
import { providerState, type ProviderState } from '../sdk/provider-check.js';
import type { Recorder } from '../capture/recorder.js';
import type { ScopeRecords } from '../capture/scope-records.js';

/** Why a scope has no span, as far as that can be told: the surest reason first. */
export function whyNoSpans(scope: ScopeRecords, recorder: Recorder): string {
  const reasons = [...whyUnreachable(recorder), ...samplingReasons(scope), ...ownerReasons(scope, recorder)];
  if (reasons.length > 0) return reasons.join('\n');
  return `a provider is registered and its spans arrive here, but nothing started one.
${whyNoInstrumentation()}
Does a tracer come from another provider than the one registered now?`;
}

/** Why no span of the registered provider can arrive here, if so. */
export function whyUnreachable(recorder: Recorder): readonly string[] {
  return BY_PROVIDER[providerState(recorder)];
}

const BY_PROVIDER: Readonly<Record<ProviderState, readonly string[]>> = {
  captured: [],
  none: ['no provider is registered: spans are no-ops. Was it taken away, by trace.disable() or shutdown()?'],
  foreign: ['foreign provider: its spans arrive neither at the spanProcessor of traceTesting() nor at its cache'],
  unsampled: ['unsampled: the sampler of the registered provider turns all spans down. Is OTEL_TRACES_SAMPLER set?'],
};

function samplingReasons({ unsampled }: ScopeRecords): string[] {
  if (unsampled === 0) return [];
  return [`unsampled: ${counted(unsampled, 'span')} had a parent that is not sampled, such as a traceparent that ends in -00`];
}

function ownerReasons(scope: ScopeRecords, recorder: Recorder): string[] {
  const { unowned, ofOtherScopes } = recorder.notOwnedBy(scope);
  return [
    ...(ofOtherScopes > 0 ? [`owned by another scope: ${counted(ofOtherScopes, 'span')} started since this one was opened`] : []),
    ...(unowned > 0 ? [`unowned: ${counted(unowned, 'span')} started in no scope's async context, trace or links`] : []),
  ];
}
