import { expect } from 'chai';
import fc from 'fast-check';
import { SpanMap, type SpanIdentity } from '../../src/model/span-map.js';
import { runs } from '../property-runs.js';

describe('SpanMap', () => {
  it('distinguishes spans of different traces that share a span id', () => {
    const map = new SpanMap<SpanIdentity>();
    const [one, two] = [
      { traceId: 'a', spanId: '1' },
      { traceId: 'b', spanId: '1' },
    ];
    map.set(one);
    map.set(two);

    expect(map.get({ ...one })).to.equal(one);
    expect(map.get({ ...two })).to.equal(two);
    expect(map.get({ traceId: 'c', spanId: '1' })).to.equal(undefined);
  });

  it('finds the second span after the first one that shared its id was deleted', () => {
    const map = new SpanMap<SpanIdentity>();
    const [one, two, again] = [
      { traceId: 'a', spanId: '1' },
      { traceId: 'b', spanId: '1' },
      { traceId: 'b', spanId: '1' },
    ];
    map.set(one);
    map.set(two);
    map.delete(one);
    map.set(again);

    expect(map.get(two)).to.equal(again);
    expect(map.size).to.equal(1);
  });

  it('is a Map keyed by both ids', () => {
    const identity = fc.record({
      traceId: fc.constantFrom('a', 'b', 'c'),
      spanId: fc.constantFrom('1', '2'),
    });
    const command = fc.tuple(fc.constantFrom('set', 'set', 'delete', 'clear'), identity);
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const map = new SpanMap<SpanIdentity>();
        const model = new Map<string, SpanIdentity>();
        for (const [action, span] of commands) {
          const key = `${span.traceId}/${span.spanId}`;
          if (action === 'set') {
            map.set(span);
            model.set(key, span);
          } else if (action === 'delete') {
            map.delete(span);
            model.delete(key);
          } else {
            map.clear();
            model.clear();
          }
          expect(map.size).to.equal(model.size);
          for (const traceId of ['a', 'b', 'c']) {
            for (const spanId of ['1', '2']) {
              expect(map.get({ traceId, spanId })).to.equal(model.get(`${traceId}/${spanId}`));
            }
          }
        }
      }),
    );
  });

  it('is a Map through growth, churn and decline', () => {
    const ids = fc.constantFrom('', 'a', '0123456789abcdef');
    const phase = fc.record({ live: fc.constantFrom(0, 1, 30, 500, 5_000), steps: fc.integer({ min: 1, max: 3_000 }) });
    fc.assert(
      fc.property(ids, fc.array(phase, { maxLength: 4 }), (prefix, phases) => {
        const map = new SpanMap<SpanIdentity>();
        const model = new Map<number, SpanIdentity>();
        const identity = (n: number) => ({ traceId: `${prefix}${n % 7}`, spanId: prefix + n });
        let newest = 0;
        let oldest = 0;
        for (const { live, steps } of phases) {
          for (let step = 0; step < steps || newest - oldest > live; step++) {
            if (newest - oldest <= live) {
              const value = identity(newest);
              map.set(value);
              model.set(newest++, value);
            }
            while (newest - oldest > live) {
              map.delete(identity(oldest));
              model.delete(oldest++);
            }
          }
          expect(map.size).to.equal(model.size);
          for (let n = Math.max(0, oldest - 10); n < newest + 10; n++)
            expect(map.get(identity(n))).to.equal(model.get(n));
        }
      }),
      { numRuns: runs(30) },
    );
  });

  it('holds many spans of one trace, and many traces whose first spans have the same id', () => {
    const map = new SpanMap<SpanIdentity>();
    const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0');
    const spans = Array.from({ length: 20_000 }, (_, n) =>
      n % 2 === 0 ? { traceId: hex(1, 32), spanId: hex(n, 16) } : { traceId: hex(n, 32), spanId: hex(1, 16) },
    );

    for (const span of spans) map.set(span);

    for (const span of spans) expect(map.get({ ...span })).to.equal(span);
    expect(map.size).to.equal(spans.length);
  });

  describe('of similar ids', () => {
    const hex = (n: number) => n.toString(16).padStart(8, '0');
    const KINDS: Record<string, (n: number) => { traceId: string; spanId: string }> = {
      'with one tail': (n) => ({ traceId: hex(n) + '0'.repeat(24), spanId: hex(n) + '0'.repeat(8) }),
      'but for the front of the trace id': (n) => ({ traceId: hex(n) + '1'.repeat(24), spanId: '1'.repeat(16) }),
      'but for the front of the span id': (n) => ({ traceId: '1'.repeat(32), spanId: hex(n) + '1'.repeat(8) }),
      'but for the middle of the span id': (n) => ({ traceId: '1'.repeat(32), spanId: `1111${hex(n)}1111` }),
      'but for every other digit': (n) => ({ traceId: '1'.repeat(32), spanId: hex(n).split('').join('1') }),
    };

    for (const [what, identity] of Object.entries(KINDS)) {
      it(`${what}, finds one in few probes, however many there are`, () => {
        let looks = 0;
        const counted = (n: number): SpanIdentity => {
          const { traceId, spanId } = identity(n);
          return {
            traceId,
            get spanId() {
              looks++;
              return spanId;
            },
          };
        };
        const looksFor = (size: number) => {
          const map = new SpanMap<SpanIdentity>();
          const values = Array.from({ length: size }, (_, n) => counted(n));
          looks = 0;
          for (const value of values) map.set(value);
          for (const [n, value] of values.entries()) expect(map.get(identity(n))).to.equal(value);
          for (let n = 0; n < size; n++) map.delete(identity(n));
          expect(map.size).to.equal(0);
          return looks / size;
        };

        expect(looksFor(12_000)).to.be.below(20);
      });
    }
  });

  it('finds no span for a context without ids', () => {
    const map = new SpanMap<SpanIdentity>();
    map.set({ traceId: 'a', spanId: '1' });

    expect(map.get({} as SpanIdentity)).to.equal(undefined);
  });
});
