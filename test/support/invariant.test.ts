import { expect } from 'chai';
import sinon from 'sinon';
import { assertInvariant } from '../../src/support/invariant.js';

describe('assertInvariant()', () => {
  afterEach(() => sinon.restore());

  it('throws outside of the pipeline, which cannot catch it', () => {
    const queued = sinon.stub(globalThis, 'queueMicrotask');

    assertInvariant(false, 'one is two');

    expect(() => queued.firstCall.args[0]()).to.throw('invariant: one is two');
  });

  it('does nothing if the invariant holds', () => {
    const queued = sinon.stub(globalThis, 'queueMicrotask');

    assertInvariant(true, 'one is two');

    expect(queued.called).to.equal(false);
  });
});
