/*
 * How long does it take to read a test's spans and to assert on them? A test of 20 spans in one trace, with one
 * assertion, written in two ways:
 *
 * - with `traceTesting()`: `run()`, then `assertTrace()`
 * - with SimpleSpanProcessor and InMemorySpanExporter: `reset()`, `forceFlush()`, `getFinishedSpans()`, then the
 *   same asserted by chai
 *
 * What is compared is what each adds to the same code with a provider that has no processor. All run in turn, round
 * by round, and each round gives a ratio of its own. Below 1, reading spans here is the cheaper way; above it
 * the exit status is 1.
 *
 *   npx tsx bench/testing.ts [rounds]
 */
import { setImmediate as tick } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ProxyTracerProvider, trace, type Tracer } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { assertTrace, traceTesting, type TraceTesting } from '../src/testing/index.js';
import { quartiles, type Quartiles } from './alternate.js';

const SPANS = 20;
const ROUNDS = 100;
const TESTS_PER_ROUND = 50;

/** What the tests test. */
async function checkout(tracer: Tracer): Promise<void> {
  await tracer.startActiveSpan('checkout', async (root) => {
    for (let step = 1; step < SPANS; step++) {
      tracer.startActiveSpan(`step ${step}`, { attributes: { step, 'http.route': '/checkout' } }, (span) => span.end());
    }
    await Promise.resolve();
    root.end();
  });
}

/** As the global tracer is: behind the API's proxy. */
function proxiedTracer(provider: BasicTracerProvider): Tracer {
  const proxy = new ProxyTracerProvider();
  proxy.setDelegate(provider);
  return proxy.getTracer('bench');
}

function codeAlone(): () => Promise<void> {
  const tracer = proxiedTracer(new BasicTracerProvider());
  return () => checkout(tracer);
}

function withInMemorySpanExporter(): () => Promise<void> {
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

function withTraceTesting(tracing: TraceTesting): () => Promise<void> {
  const tracer = trace.getTracer('bench');
  return async () => {
    const run = await tracing.run(() => checkout(tracer));
    assertTrace(run, {
      name: 'checkout',
      children: [{ name: 'step 7', attributes: { step: 7, 'http.route': '/checkout' } }],
    });
  };
}

/** What each round took, in microseconds. */
interface Cost {
  readonly elapsed: number;
  readonly CPU: number;
}

async function costOf(test: () => Promise<void>): Promise<Cost> {
  const cpuBefore = process.cpuUsage();
  const start = process.hrtime.bigint();
  for (let count = 0; count < TESTS_PER_ROUND; count++) {
    await test();
    // Runners go on to the next test in a task of its own.
    await tick();
  }
  const elapsed = Number(process.hrtime.bigint() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { elapsed, CPU: user + system };
}

/** Of what `traceTesting()` adds to what InMemorySpanExporter adds. */
export interface TestingRatios {
  readonly elapsed: Quartiles;
  readonly CPU: Quartiles;
}

/** The first quarter of the rounds warms up and is not counted. */
export async function testingRatios(rounds = ROUNDS): Promise<TestingRatios> {
  // The context manager that it installs serves all three.
  const tracing = traceTesting();
  const tests = [codeAlone(), withInMemorySpanExporter(), withTraceTesting(tracing)];
  const counted: Cost[][] = [];
  for (let round = 0; round < rounds; round++) {
    const costs: Cost[] = [];
    for (const test of tests) costs.push(await costOf(test));
    if (round >= rounds / 4) counted.push(costs);
  }
  await tracing.shutdown();
  const ratio = (kind: keyof Cost) =>
    quartiles(
      counted.map((costs) => {
        const [code, inMemory, here] = costs.map((cost) => cost[kind]) as [number, number, number];
        return (here - code) / (inMemory - code);
      }),
    );
  return { elapsed: ratio('elapsed'), CPU: ratio('CPU') };
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  const [, , rounds = ROUNDS] = process.argv.map(Number);
  console.log('what traceTesting() adds to a test, in relation to what InMemorySpanExporter adds:');
  for (const [kind, { median, low, high }] of Object.entries(await testingRatios(rounds))) {
    console.log(`${kind} time: ${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`);
    if (median >= 1) process.exitCode = 1;
  }
}
