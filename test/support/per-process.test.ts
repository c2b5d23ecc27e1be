import { expect } from 'chai';
import { perProcess } from '../../src/support/per-process.js';

describe('perProcess', () => {
  const again = () => expect.fail('created again');

  it('creates one value for each name', () => {
    const one = perProcess('per-process test one', () => ({}));
    const other = perProcess('per-process test other', () => ({}));

    expect(perProcess('per-process test one', again)).to.equal(one);
    expect(other).not.to.equal(one);
  });

  it('shares the value with another copy of the module', async () => {
    const value = perProcess('per-process test copies', () => ({}));
    const url = new URL('../../src/support/per-process.ts?copy', import.meta.url);

    const copy = (await import(url.href)) as { perProcess: typeof perProcess };

    expect(copy.perProcess).not.to.equal(perProcess);
    expect(copy.perProcess('per-process test copies', again)).to.equal(value);
  });
});
