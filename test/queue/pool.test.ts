import { expect } from 'chai';
import { Pool } from '../../src/queue/pool.js';

describe('Pool', () => {
  it('creates an object when none is spare', () => {
    const pool = new Pool(2, () => ({}));

    expect(pool.acquire()).not.to.equal(pool.acquire());
  });

  it('gives out the object released last', () => {
    const pool = new Pool(2, () => ({}));
    const [first, second] = [pool.acquire(), pool.acquire()];
    pool.release(first);
    pool.release(second);

    expect([pool.acquire(), pool.acquire()]).to.deep.equal([second, first]);
  });

  it('keeps no more spares than maxIdle', () => {
    const pool = new Pool(2, () => ({}));
    const objects = [pool.acquire(), pool.acquire(), pool.acquire()];

    for (const object of objects) pool.release(object);

    expect(pool.idle).to.equal(2);
  });
});
