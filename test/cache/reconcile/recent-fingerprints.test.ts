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

function remember(recent: RecentFingerprints, { traceId, spanId }: SpanIdentity, time: number): void {
  recent.remember(traceId, spanId, time);
}

/** What is remembered, kept in the obvious way. */
class Model {
  #remembered: { key: string; time: number }[] = [];

  remember({ traceId, spanId }: SpanIdentity, time: number): void {
    this.#remembered = [...this.#remembered, { key: traceId + spanId, time }].slice(-CAPACITY);
  }

  get({ traceId, spanId }: SpanIdentity): number | undefined {
    return this.#remembered.findLast(({ key }) => key === traceId + spanId)?.time;
  }

  clear(): void {
    this.#remembered = [];
  }
}

describe('RecentFingerprints', () => {
  it('knows when a span was remembered, also when it was asked before', () => {
    const recent = new RecentFingerprints(CAPACITY);

    expect(recent.get(counted(1, 2))).to.equal(undefined);
    remember(recent, counted(1, 2), 5);

    expect(recent.get(counted(1, 2))).to.equal(5);
    expect(recent.get(counted(2, 1))).to.equal(undefined);
    expect(recent.get(counted(1, 3))).to.equal(undefined);
  });

  it('tells spans apart by any digit of the span id and any of the last eight of the trace id', () => {
    const id = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const recent = new RecentFingerprints(CAPACITY);
    remember(recent, id, 1);

    for (const [name, digits] of [['traceId', 8], ['spanId', 16]] as const) {
      for (let digit = 1; digit <= digits; digit++) {
        const at = id[name].length - digit;
        for (const other of '0123456789abcdef'.replace(id[name][at]!, '')) {
          const changed = id[name].slice(0, at) + other + id[name].slice(at + 1);
          expect(recent.get({ ...id, [name]: changed }), changed).to.equal(undefined);
        }
      }
    }
    expect(recent.get(id)).to.equal(1);
  });

  it('tells spans apart whose ids have two halves that are alike', () => {
    const repeated = (n: number) => ({ traceId: '1'.repeat(32), spanId: n.toString(16).padStart(8, '0').repeat(2) });
    const recent = new RecentFingerprints(CAPACITY);
    remember(recent, repeated(0), 1);

    for (let n = 1; n <= 1_000; n++) expect(recent.get(repeated(n))).to.equal(undefined);
  });

  it('tells spans apart by their traces, also if their span ids are the same', () => {
    const recent = new RecentFingerprints(CAPACITY);
    remember(recent, counted(0, 7), 1);

    for (let trace = 1; trace <= 1_000; trace++) expect(recent.get(counted(trace, 7))).to.equal(undefined);
  });

  it('forgets all spans at once', () => {
    const recent = new RecentFingerprints(CAPACITY);
    remember(recent, counted(1, 1), 1);
    remember(recent, counted(1, 2), 2);
    expect(recent.get(counted(1, 1))).to.equal(1);

    recent.clear();
    remember(recent, counted(1, 3), 3);

    expect([1, 2, 3].map((id) => recent.get(counted(1, id)))).to.deep.equal([undefined, undefined, 3]);
  });

  it('knows the last spans, as many as it has room for, however long it goes on and whoever asks when', () => {
    const span = fc.record({ trace: fc.nat(2), span: fc.nat(9) }).map(({ trace, span: id }) => counted(trace, id));
    const step = fc.oneof(
      { weight: 8, arbitrary: span.map((remember) => ({ remember })) },
      { weight: 4, arbitrary: span.map((get) => ({ get })) },
      { weight: 1, arbitrary: fc.constant({ clear: true }) },
    );

    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const recent = new RecentFingerprints(CAPACITY);
        const model = new Model();
        for (const [time, each] of steps.entries()) {
          if ('remember' in each) {
            remember(recent, each.remember, time);
            model.remember(each.remember, time);
          } else if ('get' in each) {
            expect(recent.get(each.get)).to.equal(model.get(each.get));
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
        remember(recent, counted(1, id), id);
        if (asked) {
          expect(recent.get(counted(1, id))).to.equal(id);
          expect(recent.get(counted(2, id))).to.equal(undefined);
        }
      }
      for (let id = 93; id <= 100; id++) expect(recent.get(counted(1, id))).to.equal(id);
      expect(recent.get(counted(1, 92))).to.equal(undefined);
    }
  });
});
