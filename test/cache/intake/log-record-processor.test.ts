import { expect } from 'chai';
import { startService } from '../../scenarios/service.js';

describe('SpanCacheLogRecordProcessor', () => {
  it('is enabled without options exactly while records without an event name are accepted', () => {
    const [all, events] = [startService(), startService({ logRecords: 'events' })];
    const isEnabled = () => [all, events].map(({ cache }) => cache.logRecordProcessor.enabled!(undefined as never));

    const before = isEnabled();
    for (const { cache } of [all, events]) cache.subscribe();

    expect([before, isEnabled()]).to.deep.equal([
      [false, false],
      [true, false],
    ]);
  });
});
