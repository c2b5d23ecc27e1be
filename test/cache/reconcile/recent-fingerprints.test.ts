import { expect } from 'chai';
import fc from 'fast-check';
import type { SpanIdentity } from '../../../src/model/span-map.js';
import { RecentFingerprints } from '../../../src/cache/reconcile/recent-fingerprints.js';

const CAPACITY = 8;

/** As generators of ids make them that count: only the last digits differ. */
const counted = (trace: number, span: number): SpanIdentity => ({
  traceId: trace.toString(16).padStart(32, '0'),
  spanId: span.toString(16).padStart(16, '0'),
});

function remember(recent: RecentFingerprints, { traceId, spanId }: SpanIdentity): void {
  recent.remember(traceId, spanId);
}

/** What is remembered, kept in the obvious way. */
class Model {
  #remembered: string[] = [];

  remember({ traceId, spanId }: SpanIdentity): void {
    this.#remembered = [...this.#remembered, traceId + spanId].slice(-CAPACITY);
  }

  has({ traceId, spanId }: SpanIdentity): boolean {
    return this.#remembered.includes(traceId + spanId);
  }

  clear(): void {
    this.#remembered = [];
  }
}

describe('RecentFingerprints', () => {
  it('knows that a span was remembered, also when it was asked before', () => {
    const recent = new RecentFingerprints(CAPACITY);

    expect(recent.has(counted(1, 2))).to.equal(false);
    remember(recent, counted(1, 2));

    expect(recent.has(counted(1, 2))).to.equal(true);
    expect(recent.has(counted(2, 1))).to.equal(false);
    expect(recent.has(counted(1, 3))).to.equal(false);
  });

  it('tells spans apart by any digit of the span id and any of the last eight of the trace id', () => {
    const id = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const recent = new RecentFingerprints(CAPACITY);
    remember(recent, id);

    for (const [name, digits] of [['traceId', 8], ['spanId', 16]] as const) {
      for (let digit = 1; digit <= digits; digit++) {
        const at = id[name].length - digit;
        for (const other of '0123456789abcdef'.replace(id[name][at]!, '')) {
          const changed = id[name].slice(0, at) + other + id[name].slice(at + 1);
          expect(recent.has({ ...id, [name]: changed }), changed).to.equal(false);
        }
      }
    }
    expect(recent.has(id)).to.equal(true);
  });

  it('tells spans apart whose ids have two halves that are alike', () => {
    const repeated = (n: number) => ({ traceId: '1'.repeat(32), spanId: n.toString(16).padStart(8, '0').repeat(2) });
    const recent = new RecentFingerprints(CAPACITY);
    remember(recent, repeated(0));

    for (let n = 1; n <= 1_000; n++) expect(recent.has(repeated(n))).to.equal(false);
  });

  it('tells spans apart by their traces, also if their span ids are the same', () => {
    const recent = new RecentFingerprints(CAPACITY);
    remember(recent, counted(0, 7));

    for (let trace = 1; trace <= 1_000; trace++) expect(recent.has(counted(trace, 7))).to.equal(false);
  });

  it('forgets all spans at once', () => {
    const recent = new RecentFingerprints(CAPACITY);
    remember(recent, counted(1, 1));
    remember(recent, counted(1, 2));
    expect(recent.has(counted(1, 1))).to.equal(true);

    recent.clear();
    remember(recent, counted(1, 3));

    expect([1, 2, 3].map((id) => recent.has(counted(1, id)))).to.deep.equal([false, false, true]);
  });

  it('knows the last spans, as many as it has room for, however long it goes on and whoever asks when', () => {
    const span = fc.record({ trace: fc.nat(2), span: fc.nat(9) }).map(({ trace, span: id }) => counted(trace, id));
    const step = fc.oneof(
      { weight: 8, arbitrary: span.map((remember) => ({ remember })) },
      { weight: 4, arbitrary: span.map((has) => ({ has })) },
      { weight: 1, arbitrary: fc.constant({ clear: true }) },
    );

    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const recent = new RecentFingerprints(CAPACITY);
        const model = new Model();
        for (const each of steps) {
          if ('remember' in each) {
            remember(recent, each.remember);
            model.remember(each.remember);
          } else if ('has' in each) {
            expect(recent.has(each.has)).to.equal(model.has(each.has));
          } else {
            recent.clear();
            model.clear();
          }
        }
      }),
    );
  });

  it('knows no more than the last spans after many that nobody asked for', () => {
    const recent = new RecentFingerprints(CAPACITY);
    for (const asked of [false, true]) {
      for (let id = 1; id <= 100; id++) {
        remember(recent, counted(1, id));
        if (asked) {
          expect(recent.has(counted(1, id))).to.equal(true);
          expect(recent.has(counted(2, id))).to.equal(false);
        }
      }
      for (let id = 93; id <= 100; id++) expect(recent.has(counted(1, id))).to.equal(true);
      expect(recent.has(counted(1, 92))).to.equal(false);
    }
  });
});
