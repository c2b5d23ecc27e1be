import { expect } from 'chai';
import sinon from 'sinon';
import { handleOf } from '../../src/support/handle.js';

describe('handleOf', () => {
  it('ends the activity once, however often it is closed', () => {
    const onClose = sinon.spy();
    const handle = handleOf(onClose);

    expect(handle.closed).to.equal(false);
    handle.close();
    handle[Symbol.dispose]();

    expect(handle.closed).to.equal(true);
    sinon.assert.calledOnce(onClose);
  });

  it('is closed by the end of a block that uses it', () => {
    const onClose = sinon.spy();

    {
      using handle = handleOf(onClose);
      expect(handle.closed).to.equal(false);
    }

    sinon.assert.calledOnce(onClose);
  });
});
