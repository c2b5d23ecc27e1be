import { expect } from 'chai';
import fc from 'fast-check';
import { SpanMap, type SpanIdentity } from '../../src/model/span-map.js';

describe('SpanMap', () => {
  it('tells spans of different traces apart that share a span id', () => {
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
});
