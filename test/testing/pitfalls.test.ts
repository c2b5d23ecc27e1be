import { AssertionError, deepStrictEqual } from 'node:assert';
import { trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import sinon from 'sinon';
import { assertSpan, assertTrace, traceTesting, type TraceTesting } from '../../src/testing/index.js';
import { InMemorySpanExporter, simpleSpanProcessor, startSdk, unregisterGlobals } from '../sdk.js';
import { childOf, endedSpan, failureOf, names, startSpan, startTracing } from './capture/tracing-tools.js';
import { traceOf, type Sketch } from './captured-spans.js';
import { thrownBy } from './assert/thrown.js';

/*
 * Pitfalls of trace tests with the SDK alone, and tests that they are avoided here. Pitfalls of single runners are in
 * runners/, the pitfall of HTTP servers is in capture/http.test.ts.
 */

describe('A pitfall of tests', () => {
  let tracing: TraceTesting;
  beforeEach(() => {
    tracing = startTracing();
  });
  afterEach(async () => {
    await tracing.shutdown();
    unregisterGlobals();
  });

  describe('M1: a tracer of module load stays bound to the provider it met first', () => {
    it('so its spans go there even when another one is registered', async () => {
      await tracing.shutdown();
      unregisterGlobals();
      const [first, second] = [new InMemorySpanExporter(), new InMemorySpanExporter()];
      const tracer = trace.getTracer('of module load');
      for (const exporter of [first, second]) {
        trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [simpleSpanProcessor(exporter)] }));
        tracer.startSpan('job').end();
        trace.disable();
      }

      expect(names(first.getFinishedSpans())).to.deep.equal(['job', 'job']);
      expect(names(second.getFinishedSpans())).to.deep.equal([]);
    });

    it('and traceTesting() registers that one again', async () => {
      const tracer = trace.getTracer('of module load');
      await tracing.run(() => tracer.startSpan('job').end());
      await tracing.shutdown();

      await using again = traceTesting();
      const run = await again.run(() => tracer.startSpan('job').end());

      expect(names(run.spans)).to.deep.equal(['job']);
    });
  });

  it('M6: with an async resource, an exporter has no span before a flush; a run has it at once', async () => {
    const exporter = new InMemorySpanExporter();
    let resolve!: (host: string) => void;
    const { tracer, forceFlush } = startSdk({
      spanProcessors: [simpleSpanProcessor(exporter), tracing.spanProcessor] as never,
      resource: resourceFromAttributes({ 'host.name': new Promise<string>((found) => (resolve = found)) }),
    });

    const run = await tracing.run(() => tracer.startSpan('job').end());

    expect(names(exporter.getFinishedSpans())).to.deep.equal([]);
    expect(names(run.spans)).to.deep.equal(['job']);
    resolve('here');
    await forceFlush();
    expect(names(exporter.getFinishedSpans())).to.deep.equal(['job']);
  });

  it('M7: under fake timers, an exporter cannot be flushed; reads and waits still work', async () => {
    const exporter = new InMemorySpanExporter();
    const { tracer, forceFlush } = startSdk({
      spanProcessors: [simpleSpanProcessor(exporter), tracing.spanProcessor] as never,
    });
    const clock = sinon.useFakeTimers();
    try {
      const run = await tracing.run(() => tracer.startSpan('job'));
      const waiting = run.waitForTrace({ root: 'job' });
      run.result.end();
      let flushed = false;
      void forceFlush().then(() => (flushed = true));

      expect(names((await waiting).spans)).to.deep.equal(['job']);
      expect((await failureOf(run.waitForSpan('never', { timeoutMillis: 20 }))).message).to.match(/within 20 ms/);
      expect(flushed).to.equal(false);
    } finally {
      clock.restore();
    }
  });

  describe('M9: a failure about spans is a dump of hundreds of lines', () => {
    it('with deepStrictEqual on the spans of an exporter', () => {
      const exporter = new InMemorySpanExporter();
      const { tracer } = startSdk({ spanProcessors: [simpleSpanProcessor(exporter)] as never });
      tracer.startSpan('charge').end();
      const [span] = exporter.getFinishedSpans();

      const { message } = thrownBy(() => deepStrictEqual([span], [{ ...span, name: 'charged' }]));

      expect(linesOf(message)).to.be.above(40);
    });

    it('and a few lines here, including the runner’s difference', async () => {
      const run = await tracing.run(() => {
        const root = startSpan('checkout');
        childOf(root, 'charge').setAttribute('amount', 1).end();
        root.end();
      });

      const error = thrownBy(() =>
        assertTrace(run, { name: 'checkout', children: [{ name: 'charge', attributes: { amount: 2 } }] }),
      );

      expect(linesOf(error.message) + linesOf(error.actual) + linesOf(error.expected)).to.be.at.most(15);
    });

    it('and at most two screens for a trace of any size', () => {
      const many = (depth: number): (Sketch | string)[] =>
        Array.from({ length: 10 }, (_, index) => ({ name: `s${index}`, children: depth === 0 ? [] : many(depth - 1) }));
      const trace = traceOf({ name: 'root', children: many(2) });

      const error = thrownBy(() =>
        assertTrace(trace, { name: 'root', descendants: [{ name: 'missing', attributes: { n: 1 } }] }),
      );

      expect(linesOf(error.message) + linesOf(error.actual) + linesOf(error.expected)).to.be.at.most(80);
    });

    it('and the same holds for a wait', async () => {
      const run = await tracing.run(() => {
        for (let index = 0; index < 300; index++) endedSpan(`job ${index}`);
      });

      const { message } = await failureOf(run.waitForSpan('missing', { timeoutMillis: 1 }));

      expect(linesOf(message)).to.be.at.most(40);
    });
  });

  describe('M10: two equal expectations are met by one element', () => {
    it('with chai’s containSubset', () => {
      expect([{ name: 'retry' }]).to.containSubset([{ name: 'retry' }, { name: 'retry' }]);
    });

    it('and need two spans here', () => {
      const trace = traceOf({ name: 'job', children: ['retry'] });

      const error = thrownBy(() => assertTrace(trace, { children: [{ name: 'retry' }, { name: 'retry' }] }));

      expect(error.message).to.include('missing: retry');
      expect(() => assertSpan(trace, { name: 'retry', times: 2 })).to.throw(AssertionError, 'expected 2 spans');
    });
  });

  it("M13: sinon's matchers have test(), jest's and vitest's have asymmetricMatch(): both are called", () => {
    const trace = traceOf({ name: 'job', attributes: { amount: 3, id: 'ord_1' } });
    const anyNumber = { asymmetricMatch: (value: unknown) => typeof value === 'number', toString: () => 'Any<Number>' };

    assertTrace(trace, { attributes: { amount: sinon.match.number, id: sinon.match(/^ord_/) } });
    assertTrace(trace, { attributes: { amount: anyNumber } });

    expect(thrownBy(() => assertTrace(trace, { attributes: { id: sinon.match.number } })).message).to.include(
      'typeOf("number")',
    );
    expect(thrownBy(() => assertTrace(trace, { attributes: { id: anyNumber } })).message).to.include('Any<Number>');
  });
});

function linesOf(text: string): number {
  return text.trimEnd().split('\n').length;
}
