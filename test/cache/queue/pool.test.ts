import { expect } from 'chai';
import { diag } from '@opentelemetry/api';
import sinon from 'sinon';
import { Pool } from '../../../src/cache/queue/pool.js';

const newPool = () =>
  new Pool(
    2,
    () => ({ spare: false, item: 'something' }),
    (object) => (object.item = ''),
    ({ item }) => item === '',
  );

describe('Pool', () => {
  it('creates an object when none is spare', () => {
    const pool = newPool();

    expect(pool.acquire()).not.to.equal(pool.acquire());
  });

  it('returns the object released last', () => {
    const pool = newPool();
    const [first, second] = [pool.acquire(), pool.acquire()];
    pool.release(first);
    pool.release(second);

    expect([pool.acquire(), pool.acquire()]).to.deep.equal([second, first]);
  });

  it('keeps no more spares than maxIdle', () => {
    const pool = newPool();
    const objects = [pool.acquire(), pool.acquire(), pool.acquire()];

    for (const object of objects) pool.release(object);

    expect(pool.idle).to.equal(2);
  });

  it('clears a released object', () => {
    const pool = newPool();
    const object = pool.acquire();

    pool.release(object);

    expect(object.item).to.equal('');
  });

  describe('for an object that was released already', () => {
    afterEach(() => diag.disable());

    it('hands it out only once, and reports the second release', () => {
      const error = sinon.spy();
      const silent = () => {};
      diag.setLogger({ error, warn: silent, info: silent, debug: silent, verbose: silent });
      const pool = newPool();
      const object = pool.acquire();
      pool.release(object);

      pool.release(object);

      expect(pool.idle).to.equal(1);
      expect(pool.acquire()).to.equal(object);
      expect(pool.acquire()).not.to.equal(object);
      expect(error.args.map(([, message, cause]) => [message, (cause as Error).message])).to.deep.equal([
        ['an object was released twice; it is kept once', 'released twice'],
      ]);
    });

    it('accepts it again once it was handed out again', () => {
      const pool = newPool();
      const object = pool.acquire();
      pool.release(object);

      pool.release(pool.acquire());

      expect(pool.acquire()).to.equal(object);
    });
  });
});
