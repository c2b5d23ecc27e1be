import { expect } from 'chai';
import type { SpanIdentity } from '../../../src/model/span-map.js';
import { RecentSpans } from '../../../src/cache/reconcile/recent-spans.js';

const span = (id: number) => ({ traceId: 't', spanId: String(id) });

describe('RecentSpans', () => {
  it('knows a span that was remembered, also when it was asked before', () => {
    const recent = new RecentSpans<SpanIdentity>(4, () => {});

    expect(recent.get(span(1))).to.equal(undefined);
    recent.remember(span(1));
    expect(recent.get(span(1))).to.deep.equal(span(1));
  });

  it('remembers at least a generation and at most two', () => {
    const recent = new RecentSpans<SpanIdentity>(4, () => {});

    for (let id = 1; id <= 100; id++) {
      recent.remember(span(id));
      for (let newer = Math.max(1, id - 3); newer <= id; newer++) expect(recent.get(span(newer))).to.deep.equal(span(newer));
      for (let older = 1; older <= id - 8; older++) expect(recent.get(span(older))).to.equal(undefined);
    }
  });

  it('forgets both generations at once', () => {
    const recent = new RecentSpans<SpanIdentity>(1, () => {});
    recent.remember(span(1));
    recent.remember(span(2));

    recent.clear();

    expect([recent.get(span(1)), recent.get(span(2))]).to.deep.equal([undefined, undefined]);
  });

  it('tells of each span that it forgets, once', () => {
    const forgotten: string[] = [];
    const recent = new RecentSpans<SpanIdentity>(2, ({ spanId }) => forgotten.push(spanId));

    for (let id = 1; id <= 7; id++) recent.remember(span(id));
    expect(forgotten).to.deep.equal(['1', '2', '3', '4']);
    recent.clear();

    expect(forgotten.toSorted()).to.deep.equal(['1', '2', '3', '4', '5', '6', '7']);
  });
});
