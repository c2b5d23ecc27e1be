import { expect } from 'chai';
import sinon from 'sinon';
import { InMemorySpanExporter } from '../sdk.js';
import { names, startService } from './service.js';

const settle = () => new Promise(setImmediate);

/** Return values of `setTimeout()` other than an object: a number in a DOM, nothing from some stand-ins. */
const RETURNED: readonly unknown[] = [7, undefined];

describe('Where setTimeout() returns', () => {
  const rejected = sinon.spy();

  before(() => process.on('unhandledRejection', rejected));

  after(() => void process.off('unhandledRejection', rejected));

  afterEach(() => sinon.restore());

  for (const returned of RETURNED) {
    describe(returned === undefined ? 'nothing' : 'a number', () => {
      it('an exporter receives its spans, and is counted', async () => {
        sinon.stub(globalThis, 'setTimeout').returns(returned as never);
        const { cache, start } = startService();
        const exporter = new InMemorySpanExporter();
        // Its own answer comes by a timer.
        sinon.replace(exporter, 'export', (_, done) => queueMicrotask(() => done({ code: 0 })));
        const exported = sinon.spy(exporter, 'export');
        cache.addExporter(exporter, { maxExportBatchSize: 2 });
        for (const name of ['a', 'b', 'c']) start(name).end();

        await cache.forceFlush();
        await settle();

        expect(exported.args.map(([spans]) => names(spans))).to.deep.equal([['a', 'b'], ['c']]);
        expect(cache.stats().subscriptions[0]).to.include({ delivered: 3, queued: 0, failed: 0 });
        expect(rejected.callCount).to.equal(0);
      });

      it('spans that wait for export set one timer, not one for each delivery', () => {
        const setTimeout = sinon.stub(globalThis, 'setTimeout').returns(returned as never);
        const { cache, start } = startService();
        cache.addExporter(new InMemorySpanExporter());

        for (let i = 0; i < 10; i++) {
          start('job').end();
          cache.flush();
        }

        expect(setTimeout.callCount).to.equal(1);
      });

      it('events and spans that wait set one timer, not one for each turn', () => {
        const setTimeout = sinon.stub(globalThis, 'setTimeout').returns(returned as never);
        const { cache, start, log } = startService({ lateEvents: { holdMillis: 1_000 } });
        cache.subscribe(() => {});
        log(start('open'), 'waits');

        for (let i = 0; i < 10; i++) {
          start('job').end();
          cache.flush();
        }

        expect(setTimeout.callCount).to.equal(1);
      });

      it('sampling can be set to end', () => {
        sinon.stub(globalThis, 'setTimeout').returns(returned as never);
        const { cache } = startService();

        cache.sampling.set({ enabled: true, forMillis: 1_000 });

        expect(cache.sampling.settings.enabled).to.equal(true);
      });
    });
  }
});
