import { expect } from 'chai';
import sinon from 'sinon';
import type { CapturedSpan, CapturedTrace } from '../../../src/trace/captured-span.js';
import { treesOf } from '../../../src/testing/snapshot/source.js';
import { traceOf } from '../captured-spans.js';

/** A scope makes copies each time it is read. */
function countedSource() {
  const trace = traceOf({ name: 'checkout', children: ['charge'] });
  const reads = {
    spans: sinon.fake.returns(trace.spans),
    traces: sinon.fake.returns([trace]),
    openSpans: sinon.fake.returns([]),
  };
  const source = {
    get spans() {
      return reads.spans() as CapturedSpan[];
    },
    get traces() {
      return reads.traces() as CapturedTrace[];
    },
    get openSpans() {
      return reads.openSpans() as CapturedSpan[];
    },
  };
  return { source, reads, trace };
}

describe('treesOf', () => {
  it('reads the spans of a run once', () => {
    const { source, reads, trace } = countedSource();

    const trees = treesOf(source);

    expect(trees).to.deep.equal([[...trace.roots]]);
    for (const read of Object.values(reads)) expect(read.callCount).to.equal(1);
  });
});
