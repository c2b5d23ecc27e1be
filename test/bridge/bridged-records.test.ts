import { expect } from 'chai';
import type * as BridgedRecords from '../../src/bridge/bridged-records.js';
import { isBridged, markBridged } from '../../src/bridge/bridged-records.js';

describe('Bridged records', () => {
  it('are the records that were marked', () => {
    const marked = {};

    markBridged(marked);

    expect(isBridged(marked)).to.equal(true);
    expect(isBridged({})).to.equal(false);
  });

  it('are shared with another copy of the module', async () => {
    const another = '../../src/bridge/bridged-records.js?another';
    const copy = (await import(another)) as typeof BridgedRecords;
    const marked = {};
    const markedByCopy = {};

    markBridged(marked);
    copy.markBridged(markedByCopy);

    expect(copy.markBridged).to.not.equal(markBridged);
    expect(copy.isBridged(marked)).to.equal(true);
    expect(isBridged(markedByCopy)).to.equal(true);
  });
});
