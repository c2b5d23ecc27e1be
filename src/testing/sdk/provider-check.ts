import { trace, TraceFlags, type Context, type Span } from '@opentelemetry/api';
import { registeredProvider } from './installed-sdk.js';
import { PROBE_CONTEXT, type Recorder } from '../capture/recorder.js';

/**
 * Where spans of the global tracer provider go:
 *
 * - `none`: no provider is registered
 * - `captured`: they arrive here
 * - `foreign`: they only go elsewhere
 * - `unsampled`: nowhere; the provider's sampler dropped every probe
 */
export type ProviderState = 'none' | 'captured' | 'foreign' | 'unsampled';

/** Parent of the second probe, for samplers that drop local roots and follow a sampled parent. */
const SAMPLED_PARENT = {
  traceId: '0123456789abcdef0123456789abcdef',
  spanId: '0123456789abcdef',
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
};

/**
 * Starts a probe span and checks whether it arrives, because a provider does not list its processors. The span is never
 * ended, so that no exporter receives it.
 */
export function providerState(recorder: Recorder): ProviderState {
  const root = recorder.watchForProbe(() => probe(PROBE_CONTEXT));
  if (root.arrived) return 'captured';
  if (root.result.isRecording()) return 'foreign';
  if (!trace.isSpanContextValid(root.result.spanContext())) return 'none';

  const child = recorder.watchForProbe(() => probe(trace.setSpanContext(PROBE_CONTEXT, SAMPLED_PARENT)));
  if (child.arrived) return 'captured';
  return child.result.isRecording() ? 'foreign' : 'unsampled';
}

export function foreignProviderMessage(): string {
  return `a tracer provider that traceTesting() did not install is registered (${registeredProvider().constructor.name}),
and its spans do not arrive here. It is not replaced, because existing tracers stay bound to it. Add the processors
where that provider is created:

  const tracing = traceTesting({ install: false });
  new NodeSDK({
    spanProcessors: [tracing.spanProcessor],
    logRecordProcessors: [tracing.logRecordProcessor],
  }).start();

If it already has a SpanCache, pass the cache instead: traceTesting({ cache }).`;
}

function probe(parent: Context): Span {
  return trace.getTracer('otel-span-cache/testing').startSpan('otel-span-cache/testing probe', {}, parent);
}
