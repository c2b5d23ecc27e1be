import { ProxyTracerProvider, trace, type Tracer } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { assertTrace, traceTesting, type TraceTesting } from '../../../src/testing/index.js';

const SPANS = 20;

export type Test = () => Promise<void>;

/** The test with `traceTesting()`, the test with `InMemorySpanExporter`, and the code under test alone. */
export function startTests(): { tests: readonly Test[]; stop: () => Promise<void> } {
  // All three use the context manager that it installs.
  const tracing = traceTesting();
  return {
    tests: [withTraceTesting(tracing), withInMemorySpanExporter(), codeAlone()],
    stop: () => tracing.shutdown(),
  };
}

/** The code under test. */
async function checkout(tracer: Tracer): Promise<void> {
  await tracer.startActiveSpan('checkout', async (root) => {
    for (let step = 1; step < SPANS; step++) {
      tracer.startActiveSpan(`step ${step}`, { attributes: { step, 'http.route': '/checkout' } }, (span) => span.end());
    }
    await Promise.resolve();
    root.end();
  });
}

/** A tracer behind the API's proxy, as the global one is. */
function proxiedTracer(provider: BasicTracerProvider): Tracer {
  const proxy = new ProxyTracerProvider();
  proxy.setDelegate(provider);
  return proxy.getTracer('bench');
}

function codeAlone(): Test {
  const tracer = proxiedTracer(new BasicTracerProvider());
  return () => checkout(tracer);
}

function withInMemorySpanExporter(): Test {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = proxiedTracer(provider);
  return async () => {
    exporter.reset();
    await checkout(tracer);
    await provider.forceFlush();
    const spans = exporter.getFinishedSpans();
    const root = spans.find(({ name }) => name === 'checkout')!;
    const step = spans.find(({ name }) => name === 'step 7')!;
    expect(root.parentSpanContext).to.equal(undefined);
    expect(step.parentSpanContext!.spanId).to.equal(root.spanContext().spanId);
    expect(step.attributes).to.deep.equal({ step: 7, 'http.route': '/checkout' });
  };
}

function withTraceTesting(tracing: TraceTesting): Test {
  const tracer = trace.getTracer('bench');
  return async () => {
    const run = await tracing.run(() => checkout(tracer));
    assertTrace(run, {
      name: 'checkout',
      children: [{ name: 'step 7', attributes: { step: 7, 'http.route': '/checkout' } }],
    });
  };
}
