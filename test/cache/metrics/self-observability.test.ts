import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  createNoopMeter,
  diag,
  type BatchObservableCallback,
  type BatchObservableResult,
  type Meter,
  type MeterProvider,
} from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { SpanCache } from '../../../src/index.js';
import { newCache } from '../../caches.js';
import { MeterProvider as SdkMeterProvider, PrometheusExporter } from '../../sdk.js';
import { listenToWarnings, startService } from '../../scenarios/service.js';

/*
 * Cases that the real SDK does not produce or show. All others are in `test/scenarios/metrics.test.ts`.
 */

/** A meter that records each use of it. The test decides how its instruments respond. */
function spiedMeter(used: () => void = () => {}) {
  const use = sinon.spy(used);
  const callbacks = new Set<BatchObservableCallback>();
  // The API's meter that does nothing is shared: it is not to be changed.
  const meter: Meter = Object.assign(Object.create(createNoopMeter()) as Meter, {
    createCounter: () => ({ add: use }),
    createHistogram: () => ({ record: use }),
    addBatchObservableCallback: (callback: BatchObservableCallback) => void callbacks.add(callback),
    removeBatchObservableCallback: (callback: BatchObservableCallback) => {
      use();
      callbacks.delete(callback);
    },
  });
  const collect = () => {
    for (const callback of callbacks) void callback({ observe: use } as BatchObservableResult);
  };
  return { meterProvider: { getMeter: () => meter } as MeterProvider, use, callbacks, collect };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('SelfObservability', () => {
  describe('while nobody collects', () => {
    it('adds and observes nothing', async () => {
      const { meterProvider, use } = spiedMeter();
      const { cache, start, log } = startService({ selfObsMeterProvider: meterProvider });
      cache.store();

      const span = start('span');
      log(span, 'event');
      span.end();
      await cache.forceFlush();

      expect(use.called).to.equal(false);
    });
  });

  describe('with a meter provider that throws', () => {
    const warn = sinon.spy();

    beforeEach(() => {
      warn.resetHistory();
      listenToWarnings(warn);
    });

    afterEach(() => diag.disable());

    it('makes the constructor of the cache throw', () => {
      const getMeter = () => {
        throw new Error('no meter');
      };

      expect(() => new SpanCache({ selfObsMeterProvider: { getMeter } })).to.throw('no meter');
    });

    it('never throws later, counts nothing twice, and reports the error once', async () => {
      const { meterProvider, collect, use } = spiedMeter(() => {
        throw new Error('broken instrument');
      });
      const { cache, start, log } = startService({ selfObsMeterProvider: meterProvider });
      cache.store();
      const span = start('span');
      span.end();
      cache.flush();

      log(span, 'late');
      cache.flush();
      collect();
      await cache.shutdown();
      collect();
      await turn();

      expect(cache.stats().events.orphaned.late).to.equal(1);
      expect(cache.stats().events.dropped.invalid).to.equal(0);
      expect(use.callCount).to.be.above(3);
      expect(warn.callCount).to.equal(1);
    });
  });

  describe('after shutdown()', () => {
    it('observes once more, and then never again', async () => {
      const { meterProvider, callbacks, collect, use } = spiedMeter();
      const cache = newCache({ selfObsMeterProvider: meterProvider });
      await cache.shutdown();
      use.resetHistory();

      collect();
      const observed = use.callCount;
      await turn();

      expect(observed).to.be.above(0);
      expect(callbacks.size).to.equal(0);
    });

    it('does not disturb the other callbacks of a collection', async () => {
      const reader = new PrometheusExporter({ preventServerStart: true });
      const meterProvider = new SdkMeterProvider({ readers: [reader] });
      const first = newCache({ selfObsMeterProvider: meterProvider });
      const second = newCache({ selfObsMeterProvider: meterProvider });
      await first.shutdown();

      const { resourceMetrics } = await reader.collect();

      const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      const sizes = all.find(({ descriptor }) => descriptor.name === 'span_cache.span.queued');
      expect(sizes!.dataPoints).to.have.lengthOf(2);
      await second.shutdown();
    });

    it('releases the whole cache, unread spans included', async () => {
      // Not a spied one: a spy keeps the stacks of its calls, and with them the cache.
      const readers = [new PrometheusExporter({ preventServerStart: true })];
      const meterProvider = new SdkMeterProvider({ readers });
      const running = await unreachable(meterProvider, async () => {});
      const shutDown = await unreachable(meterProvider, (cache) => cache.shutdown());

      await collectGarbage(shutDown);

      expect(running.deref()).not.to.equal(undefined);
      expect(shutDown.deref()).to.equal(undefined);
    });
  });
});

/** A part of a cache that only the meter provider may keep. */
async function unreachable(
  selfObsMeterProvider: MeterProvider,
  end: (cache: SpanCache) => Promise<void>,
): Promise<WeakRef<SpanCache['spanProcessor']>> {
  const { cache, start } = startService({ selfObsMeterProvider });
  cache.subscribe();
  start('span').end();
  cache.flush();
  await end(cache);
  return new WeakRef(cache.spanProcessor);
}

async function collectGarbage(until: WeakRef<object>): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  // An object read through a WeakRef stays alive until the turn is over; the driver's timer takes a few.
  for (let i = 0; i < 20 && until.deref() !== undefined; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    gc();
  }
}
