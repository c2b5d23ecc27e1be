import {
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type { Sampler, SamplingResult } from '../../../src/model/otel.js';
import { SpansRecordedHere } from '../../../src/cache/sampling/spans-recorded-here.js';
import { SamplingControl } from '../../../src/cache/sampling/sampling-control.js';
import { LiveSampler } from '../../../src/cache/sampling/live-sampler.js';
import { SamplingDecision } from '../../sdk.js';

const { NOT_RECORD, RECORD, RECORD_AND_SAMPLED } = SamplingDecision;

const UPPER_HALF = '0'.repeat(18) + '80000000000000';
const LOWER_HALF = '0'.repeat(17) + '17fffffffffffff';

function delegateThat(result: SamplingResult): Sampler {
  return { shouldSample: () => result, toString: () => 'Delegate' };
}

function setUp(delegate: Sampler = delegateThat({ decision: NOT_RECORD })) {
  const sampling = new SamplingControl();
  const recordedHere = new SpansRecordedHere();
  const sampler = new LiveSampler(delegate, sampling, recordedHere);
  const sample = (context: Context = ROOT_CONTEXT, traceId = UPPER_HALF) =>
    sampler.shouldSample(context, traceId, 'span', SpanKind.INTERNAL, {}, []);
  return { sampling, recordedHere, sampler, sample };
}

function parentContext(spanContext: object, span?: object): Context {
  const full = { traceId: UPPER_HALF, spanId: 'b'.repeat(16), traceFlags: TraceFlags.NONE, ...spanContext };
  return trace.setSpan(ROOT_CONTEXT, { spanContext: () => full, isRecording: () => false, ...span } as unknown as Span);
}

describe('LiveSampler', () => {
  it('passes all of its arguments to its delegate', () => {
    const delegate = { shouldSample: sinon.stub().returns({ decision: NOT_RECORD }) };
    const { sampler } = setUp(delegate);
    const asked = [ROOT_CONTEXT, UPPER_HALF, 'span', SpanKind.CLIENT, { a: 1 }, []] as const;

    sampler.shouldSample(...(asked as never as Parameters<Sampler['shouldSample']>));

    sinon.assert.calledOnceWithExactly(delegate.shouldSample, ...(asked as never as [Context]));
    sinon.assert.calledOn(delegate.shouldSample, delegate);
  });

  it('returns the result of its delegate while sampling is off', () => {
    for (const decision of [NOT_RECORD, RECORD, RECORD_AND_SAMPLED]) {
      const result = { decision };
      expect(setUp(delegateThat(result)).sample()).to.equal(result);
    }
  });

  it('returns the result of its delegate if it records or samples', () => {
    for (const decision of [RECORD, RECORD_AND_SAMPLED]) {
      const result = { decision };
      const { sampling, sample } = setUp(delegateThat(result));
      sampling.set({ enabled: true });

      expect(sample()).to.equal(result);
    }
  });

  it('records spans that its delegate drops, with the rest of the result unchanged', () => {
    const result = { decision: NOT_RECORD, attributes: { rule: 'drop' }, traceState: createTraceState('a=b') };
    const { sampling, sample } = setUp(delegateThat(result));
    sampling.set({ enabled: true });

    expect(sample()).to.deep.equal({ ...result, decision: RECORD });
    expect(sample().traceState).to.equal(result.traceState);
    expect(result.decision).to.equal(NOT_RECORD);
  });

  it('decides by the trace id', () => {
    const { sampling, sample } = setUp();
    sampling.set({ enabled: true, ratio: 0.5 });

    expect(sample(ROOT_CONTEXT, UPPER_HALF).decision).to.equal(RECORD);
    expect(sample(ROOT_CONTEXT, LOWER_HALF).decision).to.equal(NOT_RECORD);
  });

  it('decides by the trace id below a remote or invalid parent', () => {
    const { sampling, sample } = setUp();
    sampling.set({ enabled: true, ratio: 0.5 });

    for (const parent of [{ isRemote: true }, { traceId: '0'.repeat(32) }]) {
      expect(sample(parentContext(parent), UPPER_HALF).decision).to.equal(RECORD);
      expect(sample(parentContext(parent), LOWER_HALF).decision).to.equal(NOT_RECORD);
    }
  });

  it('follows a parent in this process, regardless of the trace id', () => {
    const { sampling, sample } = setUp();
    sampling.set({ enabled: true, ratio: 0.5 });

    expect(sample(parentContext({}), UPPER_HALF).decision).to.equal(NOT_RECORD);
    expect(sample(parentContext({}, { ended: false }), UPPER_HALF).decision).to.equal(NOT_RECORD);
    expect(sample(parentContext({}, { ended: true }), LOWER_HALF).decision).to.equal(RECORD);
    expect(sample(parentContext({}, { isRecording: () => true }), LOWER_HALF).decision).to.equal(RECORD);
  });

  it('continues a trace it has recorded when sampling is off', () => {
    const { sampling, recordedHere, sample } = setUp();
    sampling.set({ enabled: true });
    sample();
    const context = parentContext({});
    recordedHere.onStart(trace.getSpan(context), ROOT_CONTEXT);

    sampling.set({ enabled: false });

    expect(sample(context).decision).to.equal(RECORD);
    expect(sample(trace.setSpanContext(ROOT_CONTEXT, trace.getSpanContext(context)!)).decision).to.equal(RECORD);
  });

  it('does not continue a trace that its delegate has recorded when sampling is off', () => {
    const { sampling, sample } = setUp();
    sampling.set({ enabled: true });
    sampling.set({ enabled: false });

    expect(sample(parentContext({}, { isRecording: () => true })).decision).to.equal(NOT_RECORD);
  });

  it('passes on errors of its delegate', () => {
    const error = new Error('broken');
    const delegate = {
      shouldSample: () => {
        throw error;
      },
    };
    const { sampling, sample } = setUp(delegate);
    sampling.set({ enabled: true });

    expect(() => sample()).to.throw(error);
  });

  it('names its delegate', () => {
    expect(String(setUp(delegateThat({ decision: NOT_RECORD })).sampler)).to.equal('SpanCacheSampler{Delegate}');
  });
});
