import { expect } from 'chai';
import { RecentSpans } from '../../src/reconcile/recent-spans.js';

const span = (id: number) => ({ traceId: 't', spanId: String(id) });

describe('RecentSpans', () => {
  it('knows a span that was remembered, also when it was asked before', () => {
    const recent = new RecentSpans(4);

    expect(recent.has(span(1))).to.equal(false);
    recent.remember(span(1));
    expect(recent.has(span(1))).to.equal(true);
  });

  it('remembers at least a generation and at most two', () => {
    const recent = new RecentSpans(4);

    for (let id = 1; id <= 100; id++) {
      recent.remember(span(id));
      for (let newer = Math.max(1, id - 3); newer <= id; newer++) expect(recent.has(span(newer))).to.equal(true);
      for (let older = 1; older <= id - 8; older++) expect(recent.has(span(older))).to.equal(false);
    }
  });
});
