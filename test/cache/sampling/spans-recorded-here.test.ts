import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { SpansRecordedHere } from '../../../src/cache/sampling/spans-recorded-here.js';

function span(traceId: string) {
  const spanContext = { traceId, spanId: 'b'.repeat(16), traceFlags: 0 };
  return { spanContext: () => spanContext };
}

const OTHER = ROOT_CONTEXT.setValue(createContextKey('other'), true);

describe('SpansRecordedHere', () => {
  it('contains a span that was expected and has started', () => {
    const recordedHere = new SpansRecordedHere();
    const started = span('a');

    recordedHere.noteDecision(ROOT_CONTEXT, 'a');
    recordedHere.onStart(started, ROOT_CONTEXT);

    expect(recordedHere.has(started.spanContext())).to.equal(true);
  });

  it('does not contain an unexpected span', () => {
    const recordedHere = new SpansRecordedHere();
    const before = span('a');
    const otherTrace = span('b');
    const otherContext = span('a');
    const second = span('a');

    recordedHere.onStart(before, ROOT_CONTEXT);
    recordedHere.noteDecision(ROOT_CONTEXT, 'a');
    recordedHere.onStart(otherTrace, ROOT_CONTEXT);
    recordedHere.onStart(otherContext, OTHER);
    recordedHere.onStart(span('a'), ROOT_CONTEXT);
    recordedHere.onStart(second, ROOT_CONTEXT);

    for (const { spanContext } of [before, otherTrace, otherContext, second]) {
      expect(recordedHere.has(spanContext())).to.equal(false);
    }
  });

  it('distinguishes spans that start while another one is starting', () => {
    const recordedHere = new SpansRecordedHere();
    const outer = span('a');
    const inner = span('b');

    recordedHere.noteDecision(ROOT_CONTEXT, 'a');
    recordedHere.noteDecision(ROOT_CONTEXT, 'b');
    recordedHere.onStart(inner, ROOT_CONTEXT);
    recordedHere.onStart(outer, ROOT_CONTEXT);

    expect(recordedHere.has(inner.spanContext())).to.equal(true);
    expect(recordedHere.has(outer.spanContext())).to.equal(true);
  });

  it('does not read a span unless one is expected', () => {
    const spanContext = sinon.spy();

    new SpansRecordedHere().onStart({ spanContext }, ROOT_CONTEXT);

    sinon.assert.notCalled(spanContext);
  });

  it('expects at most 16 spans, and forgets the oldest span that never started', () => {
    const recordedHere = new SpansRecordedHere();
    const [first, second, last] = [span('first'), span('second'), span('last')];

    recordedHere.noteDecision(ROOT_CONTEXT, 'first');
    recordedHere.noteDecision(ROOT_CONTEXT, 'second');
    for (let i = 0; i < 14; i++) recordedHere.noteDecision(ROOT_CONTEXT, 'unseen');
    recordedHere.noteDecision(ROOT_CONTEXT, 'last');
    for (const each of [first, last, second]) recordedHere.onStart(each, ROOT_CONTEXT);

    const known = [first, second, last].map(({ spanContext }) => recordedHere.has(spanContext()));
    expect(known).to.deep.equal([false, true, true]);
  });

  it('forgets spans expected during the start of another span once that span has started', () => {
    const recordedHere = new SpansRecordedHere();
    const inner = span('inner');

    recordedHere.noteDecision(ROOT_CONTEXT, 'outer');
    recordedHere.noteDecision(ROOT_CONTEXT, 'inner');
    recordedHere.onStart(span('outer'), ROOT_CONTEXT);
    recordedHere.onStart(inner, ROOT_CONTEXT);

    expect(recordedHere.has(inner.spanContext())).to.equal(false);
  });

  it('ignores a value that is not a span', () => {
    const recordedHere = new SpansRecordedHere();

    recordedHere.noteDecision(ROOT_CONTEXT, 'a');

    expect(() => recordedHere.onStart(undefined, ROOT_CONTEXT)).not.to.throw();
    expect(() => recordedHere.onStart({}, ROOT_CONTEXT)).not.to.throw();
  });
});
