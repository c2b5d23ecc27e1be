import { SpanCache } from 'otel-span-cache';
import { expect } from 'chai';
import { TimedFilter } from '../../src/host/timed-filter.js';
import { eventually } from '../http/served.js';

const NONE = { minSeverity: 0, scopes: { include: ['*'], exclude: [] } };

describe('TimedFilter', () => {
  let cache: SpanCache;
  let filter: TimedFilter;
  beforeEach(() => {
    cache = new SpanCache();
    filter = new TimedFilter(cache);
  });
  afterEach(async () => {
    filter.close();
    await cache.shutdown();
  });

  it('is the filter of the cache, without an end', () => {
    expect(filter.state).to.deep.equal({ ...NONE, until: null, after: null });
  });

  it('restores the previous filter at the end', async () => {
    let told = 0;
    filter.onChange(() => told++);

    filter.set({ scopes: { exclude: ['pg'] }, forMillis: 40 });

    expect(filter.state).to.deep.include({ scopes: { include: ['*'], exclude: ['pg'] }, after: NONE });
    await eventually(() => filter.state.until === null, 'the end of the filter');
    expect(cache.filter.settings).to.deep.equal(NONE);
    expect(told).to.equal(2);
  });

  it('restores the filter from before the first of two changes', () => {
    filter.set({ minSeverity: 9, forMillis: 60_000 });
    filter.set({ minSeverity: 17, forMillis: 60_000 });
    expect(filter.state).to.deep.include({ minSeverity: 17, after: NONE });

    filter.close();

    expect(cache.filter.settings).to.deep.equal(NONE);
  });

  it('stays for good after a change without an end', () => {
    filter.set({ minSeverity: 9, forMillis: 60_000 });
    filter.set({ minSeverity: 13 });
    filter.close();
    expect(cache.filter.settings.minSeverity).to.equal(13);
  });

  it('ends one setting at its time when the other was changed without an end', () => {
    filter.set({ minSeverity: 9, forMillis: 60_000 });
    const { until } = filter.state;

    filter.set({ scopes: { exclude: ['noisy'] } });

    expect(filter.state).to.deep.include({ minSeverity: 9, until });
    const kept = { ...NONE, scopes: { include: ['*'], exclude: ['noisy'] } };
    expect(filter.state.after).to.deep.equal(kept);
    filter.close();
    expect(cache.filter.settings).to.deep.equal(kept);
  });

  it('leaves a change by the service itself alone', () => {
    filter.set({ minSeverity: 9, forMillis: 60_000 });

    cache.filter.set({ minSeverity: 5 });

    expect(filter.state).to.deep.include({ minSeverity: 5, until: null, after: null });
    filter.close();
    expect(cache.filter.settings.minSeverity).to.equal(5);
  });

  it('keeps the end of a filter when a later change is refused', () => {
    filter.set({ minSeverity: 9, forMillis: 60_000 });
    expect(() => filter.set({ scopes: { include: [] } })).to.throw(RangeError);
    expect(filter.state.until).to.be.a('number');
    expect(filter.state.after).to.deep.equal(NONE);
  });
});
