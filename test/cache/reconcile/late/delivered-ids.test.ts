import { expect } from 'chai';
import fc from 'fast-check';
import type { SpanIdentity } from '../../../../src/model/span-map.js';
import { DeliveredIds } from '../../../../src/cache/reconcile/late/delivered-ids.js';

const CAPACITY = 8;

/** As generators of ids make them that count: only the last digits differ. */
const counted = (trace: number, span: number): SpanIdentity => ({
  traceId: trace.toString(16).padStart(32, '0'),
  spanId: span.toString(16).padStart(16, '0'),
});

function remember(ids: DeliveredIds, { traceId, spanId }: SpanIdentity): void {
  ids.remember(traceId, spanId);
}

/** The remembered ids, kept in a plain list. */
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

describe('DeliveredIds', () => {
  it('recognises a remembered span, even if it was looked up before', () => {
    const ids = new DeliveredIds(CAPACITY);

    expect(ids.has(counted(1, 2))).to.equal(false);
    remember(ids, counted(1, 2));

    expect(ids.has(counted(1, 2))).to.equal(true);
    expect(ids.has(counted(2, 1))).to.equal(false);
    expect(ids.has(counted(1, 3))).to.equal(false);
  });

  it('distinguishes spans by any digit of the span id and any of the last eight of the trace id', () => {
    const id = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const ids = new DeliveredIds(CAPACITY);
    remember(ids, id);

    for (const [name, digits] of [
      ['traceId', 8],
      ['spanId', 16],
    ] as const) {
      for (let digit = 1; digit <= digits; digit++) {
        const at = id[name].length - digit;
        for (const other of '0123456789abcdef'.replace(id[name][at]!, '')) {
          const changed = id[name].slice(0, at) + other + id[name].slice(at + 1);
          expect(ids.has({ ...id, [name]: changed }), changed).to.equal(false);
        }
      }
    }
    expect(ids.has(id)).to.equal(true);
  });

  it('distinguishes spans whose ids have two equal halves', () => {
    const repeated = (n: number) => ({ traceId: '1'.repeat(32), spanId: n.toString(16).padStart(8, '0').repeat(2) });
    const ids = new DeliveredIds(CAPACITY);
    remember(ids, repeated(0));

    for (let n = 1; n <= 1_000; n++) expect(ids.has(repeated(n))).to.equal(false);
  });

  it('distinguishes spans of different traces that share a span id', () => {
    const ids = new DeliveredIds(CAPACITY);
    remember(ids, counted(0, 7));

    for (let trace = 1; trace <= 1_000; trace++) expect(ids.has(counted(trace, 7))).to.equal(false);
  });

  it('ignores ids of another length, whose fingerprints would be ambiguous', () => {
    const ids = new DeliveredIds(CAPACITY);

    remember(ids, { traceId: 't1', spanId: '1' });
    remember(ids, { traceId: '', spanId: '' });

    expect(ids.has({ traceId: 't2', spanId: '1' })).to.equal(false);
    expect(ids.has({ traceId: 't1', spanId: '1' })).to.equal(false);
  });

  it('ignores ids that are not strings', () => {
    const ids = new DeliveredIds(CAPACITY);

    expect(() => ids.remember(7 as never, '1')).to.throw(TypeError);
    expect(() => ids.remember('1', undefined as never)).to.throw(TypeError);
  });

  it('forgets all spans at once', () => {
    const ids = new DeliveredIds(CAPACITY);
    remember(ids, counted(1, 1));
    remember(ids, counted(1, 2));
    expect(ids.has(counted(1, 1))).to.equal(true);

    ids.clear();
    remember(ids, counted(1, 3));

    expect([1, 2, 3].map((id) => ids.has(counted(1, id)))).to.deep.equal([false, false, true]);
  });

  it('remembers exactly the last spans that fit, however many follow and whenever they are looked up', () => {
    const span = fc.record({ trace: fc.nat(2), span: fc.nat(9) }).map(({ trace, span: id }) => counted(trace, id));
    const step = fc.oneof(
      { weight: 8, arbitrary: span.map((remember) => ({ remember })) },
      { weight: 4, arbitrary: span.map((has) => ({ has })) },
      { weight: 1, arbitrary: fc.constant({ clear: true }) },
    );

    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const ids = new DeliveredIds(CAPACITY);
        const model = new Model();
        for (const each of steps) {
          if ('remember' in each) {
            remember(ids, each.remember);
            model.remember(each.remember);
          } else if ('has' in each) {
            expect(ids.has(each.has)).to.equal(model.has(each.has));
          } else {
            ids.clear();
            model.clear();
          }
        }
      }),
    );
  });

  it('remembers only the last spans after many that were never looked up', () => {
    const ids = new DeliveredIds(CAPACITY);
    for (const asked of [false, true]) {
      for (let id = 1; id <= 100; id++) {
        remember(ids, counted(1, id));
        if (asked) {
          expect(ids.has(counted(1, id))).to.equal(true);
          expect(ids.has(counted(2, id))).to.equal(false);
        }
      }
      for (let id = 93; id <= 100; id++) expect(ids.has(counted(1, id))).to.equal(true);
      expect(ids.has(counted(1, 92))).to.equal(false);
    }
  });
});
