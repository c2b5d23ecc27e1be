import { trace, TraceFlags, type Context, type Span } from '@opentelemetry/api';
import { registeredProvider } from './installed-sdk.js';
import { PROBE_CONTEXT, type Recorder } from '../capture/recorder.js';

/**
 * What becomes of spans of the global tracer provider:
 *
 * - `none`: there is no provider
 * - `captured`: they arrive here
 * - `foreign`: they go elsewhere only
 * - `unsampled`: the provider's sampler dropped every probe
 */
export type ProviderState = 'none' | 'captured' | 'foreign' | 'unsampled';

/** A sampled parent, for samplers that follow the parent. */
const SAMPLED_PARENT = {
  traceId: '0123456789abcdef0123456789abcdef',
  spanId: '0123456789abcdef',
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
};

/**
 * Starts a span and looks whether it arrives, because a provider does not list its processors. The span is never
 * ended, so that no exporter gets it.
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
and its spans do not arrive here. It is not replaced, because the tracers there are stay bound to it. Add to it,
where it is made:

  const tracing = traceTesting({ install: false });
  new NodeSDK({
    spanProcessors: [tracing.spanProcessor],
    logRecordProcessors: [tracing.logRecordProcessor],
  }).start();

If it has a SpanCache already, hand that over instead: traceTesting({ cache }).`;
}

function probe(parent: Context): Span {
  return trace.getTracer('otel-span-cache/testing').startSpan('otel-span-cache/testing probe', {}, parent);
}
