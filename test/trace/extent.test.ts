import { expect } from 'chai';
import { extentOf } from '../../src/trace/extent.js';

describe('extentOf()', () => {
  it('extends from the first start to the last end of any item', () => {
    const stretches = [
      { startTime: [5, 2] as [number, number], endTime: [6, 0] as [number, number] },
      { startTime: [5, 1] as [number, number], endTime: [5, 2] as [number, number] },
      { startTime: [5, 3] as [number, number], endTime: [5, 4] as [number, number] },
    ];

    expect(extentOf(stretches)).to.deep.equal({ start: [5, 1], nanos: 1e9 - 1 });
  });

  it('ignores unreadable times', () => {
    const none: [number, number] = [NaN, NaN];
    const stretches = [
      { startTime: none, endTime: [5, 4] as [number, number] },
      { startTime: [5, 1] as [number, number], endTime: none },
    ];

    expect(extentOf(stretches)).to.deep.equal({ start: [5, 1], nanos: 3 });
  });

  it('has no start and no duration without items', () => {
    expect(extentOf([])).to.deep.equal({ start: [NaN, NaN], nanos: 0 });
  });
});
