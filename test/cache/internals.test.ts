import { inspect } from 'node:util';
import { expect } from 'chai';
import { hasInternals, internalsOf } from '../../src/cache/internals.js';
import { SpanCache } from '../../src/index.js';
import type { SpanCache as AnyCache } from '../../src/index.js';

describe('The internals of a cache', () => {
  it('are not among its members', () => {
    const cache = new SpanCache();

    expect(hasInternals(cache)).to.equal(true);
    for (const name of ['tap', 'observe', 'receive', 'onDemand', 'deliver']) expect(cache).not.to.have.property(name);
    expect(inspect(cache, { showHidden: false })).not.to.include('internals');
    expect(Object.keys(cache)).to.have.members([
      'spanProcessor',
      'logRecordProcessor',
      'sampling',
      'filter',
      'tracksOpenSpans',
    ]);
  });

  it('are found on a cache of another copy of this package', () => {
    const calls: unknown[] = [];
    const internals = {
      receive() {},
      onDemand() {},
      observe: (observer: unknown) => calls.push(observer),
      startMetrics() {},
      deliver() {},
    };
    const ofOtherCopy = { [Symbol.for('otel-span-cache.internals')]: internals } as object as AnyCache;

    internalsOf(ofOtherCopy).observe({ onEnd() {} });

    expect(calls).to.have.length(1);
  });

  it('are required: any other value is a TypeError', () => {
    const key = Symbol.for('otel-span-cache.internals');
    for (const value of [undefined, null, 7, {}, { [key]: undefined }, { [key]: { receive() {} } }]) {
      expect(hasInternals(value)).to.equal(false);
      expect(() => internalsOf(value as never)).to.throw(TypeError, 'cache must be a SpanCache of this version, got');
    }
  });
});
