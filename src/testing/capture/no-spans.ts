import { providerState, type ProviderState } from './provider-check.js';
import type { Recorder } from './recorder.js';
import type { ScopeRecords } from './scope-records.js';

/** Why a scope has no span, as far as that can be told: the surest reason first. */
export function whyNoSpans(scope: ScopeRecords, recorder: Recorder): string {
  const reasons = [...whyBlind(recorder), ...samplingReasons(scope), ...ownerReasons(scope, recorder)];
  if (reasons.length > 0) return reasons.join('\n');
  return `a provider is registered and its spans arrive here, but nothing started one.\n${isJest() ? UNDER_JEST : ELSEWHERE}`;
}

/** Why no span of the registered provider can arrive here, if so. */
export function whyBlind(recorder: Recorder): readonly string[] {
  return BY_PROVIDER[providerState(recorder)];
}

const ELSEWHERE = `Is the code that runs instrumented? Instrumentations must be loaded before what they patch.
Does a tracer come from another provider than the one registered now?`;

const UNDER_JEST = `Under jest automatic instrumentations patch nothing, because it loads modules by itself. Look at spans that
the code starts by the API; or start the service in a process of its own, and read it by remoteScope() of
otel-span-cache/testing/remote; or test it with node:test or mocha.`;

function isJest(): boolean {
  // No option: that a test runs in jest is a fact, and known by this alone.
  // oxlint-disable-next-line node/no-process-env
  return process.env['JEST_WORKER_ID'] !== undefined;
}

const BY_PROVIDER: Readonly<Record<ProviderState, readonly string[]>> = {
  captured: [],
  none: ['no provider is registered: spans are no-ops. Was it taken away, by trace.disable() or shutdown()?'],
  foreign: ['foreign provider: its spans arrive neither at the spanProcessor of traceTesting() nor at its cache'],
  unsampled: ['unsampled: the sampler of the registered provider turns all spans down. Is OTEL_TRACES_SAMPLER set?'],
};

function samplingReasons({ unsampled }: ScopeRecords): string[] {
  if (unsampled === 0) return [];
  return [`unsampled: ${count(unsampled)} had a parent that is not sampled, such as a traceparent that ends in -00`];
}

function ownerReasons(scope: ScopeRecords, recorder: Recorder): string[] {
  const since = recorder.order - scope.openedAt.spans;
  const unowned = recorder.unowned.spansSince(scope.openedAt).length;
  const others = since - unowned - scope.spans.length - scope.droppedSpans;
  return [
    ...(others > 0 ? [`owned by another scope: ${count(others)} started since this one was opened`] : []),
    ...(unowned > 0 ? [`unowned: ${count(unowned)} started in no scope's async context, trace or links`] : []),
  ];
}

function count(spans: number): string {
  return spans === 1 ? '1 span' : `${spans} spans`;
}
