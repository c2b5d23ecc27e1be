import { diag, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type { ExporterOptions } from '../../../src/cache/fanout/exporter-options.js';
import { ExporterSubscription } from '../../../src/cache/fanout/exporter-subscription.js';
import type { ExportResult, ReadableSpan, SpanExporter } from '../../../src/model/otel.js';
import { startSdk } from '../../sdk.js';
import { listenToWarnings } from '../../scenarios/service.js';

const { tracer } = startSdk({ spanProcessors: [] });
const SUCCESS: ExportResult = { code: 0 };

function newSpans(count: number): ReadableSpan[] {
  return Array.from({ length: count }, () => tracer.startSpan('job', {}, ROOT_CONTEXT) as unknown as ReadableSpan);
}

/** An exporter whose exports end when the test says so, or when it is over. */
class ManualExporter implements SpanExporter {
  readonly exports: { size: number; done: () => void }[] = [];
  readonly forceFlush = sinon.spy(async () => {});
  readonly shutdown = sinon.spy(async () => {});
  #manual = true;

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exports.push({ size: spans.length, done: () => done(SUCCESS) });
    if (!this.#manual) done(SUCCESS);
  }

  release(): void {
    this.#manual = false;
    for (const { done } of this.exports) done();
  }
}

/** The subscriptions of the running test. */
const subscriptions: ExporterSubscription[] = [];

function subscribe(exporter: SpanExporter, options: ExporterOptions = {}): ExporterSubscription {
  const defaults = {
    maxQueueSize: 100,
    maxQueueBytes: 2 ** 20,
    maxExportBatchSize: 1,
    scheduledDelayMillis: 5_000,
    exportTimeoutMillis: 30_000,
  };
  const subscription = new ExporterSubscription(exporter, { ...defaults, ...options }, () => {});
  subscriptions.push(subscription);
  return subscription;
}

/** Until all that needs no time has happened. */
const settle = () => new Promise(setImmediate);

describe('ExporterSubscription', () => {
  const warn = sinon.spy();
  let exporter: ManualExporter;

  beforeEach(() => {
    warn.resetHistory();
    listenToWarnings(warn);
    exporter = new ManualExporter();
  });

  afterEach(async () => {
    sinon.restore();
    // So that none of their timers runs into the next test.
    exporter.release();
    for (const subscription of subscriptions.splice(0)) subscription.end();
    await settle();
    diag.disable();
  });

  it('accepts spans until its queue is full', () => {
    const subscription = subscribe(exporter, { maxQueueSize: 3, maxExportBatchSize: 3 });

    for (const count of [3, 1, 2, 1]) subscription.deliverSpans(newSpans(count));

    // The first three are being exported.
    expect(subscription.stats()).to.include({ queued: 6, dropped: 1 });
  });

  it('accepts one batch of any size while its queue is empty', () => {
    const subscription = subscribe(exporter, { maxQueueSize: 2, maxExportBatchSize: 2 });

    subscription.deliverSpans(newSpans(5));

    expect(subscription.stats()).to.include({ queued: 5, dropped: 0 });
  });

  it('does not accept orphans', () => {
    expect(subscribe(exporter).wantsOrphans).to.equal(false);
  });

  it('closes when the cache shuts down', async () => {
    const subscription = subscribe(exporter);

    subscription.end();
    const { closed } = subscription;
    await settle();

    expect(closed).to.equal(true);
    expect(exporter.shutdown.callCount).to.equal(1);
  });

  it('exports spans without a resource, or with a resource that has nothing to await', async () => {
    const done = sinon.spy((_: ReadableSpan[], end: (result: ExportResult) => void) => end(SUCCESS));
    const subscription = subscribe({ export: done, shutdown: async () => {} }, { maxExportBatchSize: 2 });
    const spans = [undefined, { attributes: {}, asyncAttributesPending: true }].map((resource) => {
      return Object.defineProperty(newSpans(1)[0]!, 'resource', { value: resource });
    });

    subscription.deliverSpans(spans);
    await subscription.forceFlush();

    expect(done.args.map(([exported]) => exported)).to.deep.equal([spans]);
    expect(subscription.stats()).to.include({ delivered: 2, failed: 0 });
  });

  for (const error of [new Error('why'), undefined]) {
    it(`reports an export that failed, ${error ? 'with its error' : 'also one without an error'}`, async () => {
      const failing: SpanExporter = {
        export: (_, done) => done(error ? { code: 1, error } : { code: 1 }),
        shutdown: async () => {},
      };
      const subscription = subscribe(failing);

      subscription.deliverSpans(newSpans(1));
      await settle();

      expect(String(warn.args[0]![2])).to.equal(`Error: ${error ? 'why' : 'the exporter reported a failure'}`);
    });
  }

  describe('forceFlush()', () => {
    it('flushes the exporter too', async () => {
      await subscribe(exporter).forceFlush();

      expect(exporter.forceFlush.callCount).to.equal(1);
      expect(warn.callCount).to.equal(0);
    });

    it('reports spans left at the time limit once', async () => {
      const subscription = subscribe(exporter, { exportTimeoutMillis: 5 });
      subscription.deliverSpans(newSpans(3));

      for (let i = 0; i < 2; i++) await subscription.forceFlush();

      const messages = warn.args.map(([, message]) => message as string);
      expect(messages.filter((message) => message.includes('did not export all queued spans in time'))).to.have.length(
        1,
      );
    });

    it('reports them again after a complete flush', async () => {
      const subscription = subscribe(exporter, { exportTimeoutMillis: 5 });
      const leaveSome = async () => {
        subscription.deliverSpans(newSpans(3));
        await subscription.forceFlush();
      };

      await leaveSome();
      while (subscription.stats().queued > 0) await subscription.forceFlush();
      await subscription.forceFlush();
      await leaveSome();

      const messages = warn.args.map(([, message]) => message as string);
      expect(messages.filter((message) => message.includes('did not export all queued spans in time'))).to.have.length(
        2,
      );
    });

    it('reports an export that takes too long, with the time', async () => {
      const subscription = subscribe(exporter, { exportTimeoutMillis: 5 });
      subscription.deliverSpans(newSpans(1));

      await subscription.forceFlush();

      expect(String(warn.args[0]![2])).to.equal('Error: timed out after 5 ms');
    });
  });

  describe('close()', () => {
    it('counts spans left at the time limit as failed, and reports their number', async () => {
      const subscription = subscribe(exporter, { exportTimeoutMillis: 5 });
      subscription.deliverSpans(newSpans(4));
      const failures = () => subscription.stats().errors;

      await subscription.close();

      expect(subscription.stats()).to.include({ delivered: 0, failed: 4, queued: 0 });
      expect(failures()).to.equal(exporter.exports.length + 1);
      expect(exporter.exports.length).to.be.below(4);
    });

    it('reports them if no other failure occurred', async () => {
      const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      const slow: SpanExporter = {
        export: (_, done) => void setTimeout(done, 20, SUCCESS),
        shutdown: async () => {},
      };
      const subscription = subscribe(slow, { exportTimeoutMillis: 50 });
      subscription.deliverSpans(newSpans(20));

      const closed = subscription.close();
      await clock.tickAsync(100);
      await closed;

      expect(subscription.stats()).to.include({ delivered: 3, failed: 17, errors: 1 });
      expect(warn.args.map(([, , error]) => String(error ?? ''))).to.include(
        'Error: closed before 17 spans could be exported',
      );
    });

    it('reports nothing if no spans are left', async () => {
      const subscription = subscribe(exporter);

      await subscription.close();

      expect(subscription.stats()).to.include({ failed: 0, errors: 0 });
      expect(warn.callCount).to.equal(0);
    });
  });

  describe('the scheduled delay', () => {
    let clock: sinon.SinonFakeTimers;

    beforeEach(() => {
      clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    });

    it('begins when the export in progress is over', async () => {
      const subscription = subscribe(exporter, { maxExportBatchSize: 2 });
      subscription.deliverSpans(newSpans(2));
      await settle();
      subscription.deliverSpans(newSpans(1));
      clock.tick(3_000);
      exporter.exports[0]!.done();
      await settle();

      clock.tick(4_999);
      await settle();
      const before = exporter.exports.length;
      clock.tick(1);
      await settle();

      expect([before, exporter.exports.length]).to.deep.equal([1, 2]);
    });

    it('does not begin without spans', async () => {
      const subscription = subscribe(exporter);

      subscription.deliverSpans([]);
      expect(clock.countTimers()).to.equal(0);
      subscription.deliverSpans(newSpans(1));
      await settle();
      exporter.exports[0]!.done();
      await settle();

      expect(subscription.stats().delivered).to.equal(1);
      expect(clock.countTimers()).to.equal(0);
    });

    it('does not begin after close()', async () => {
      const subscription = subscribe(exporter);
      await subscription.close();

      subscription.deliverSpans(newSpans(1));

      expect([clock.countTimers(), exporter.exports.length]).to.deep.equal([0, 0]);
    });
  });

  describe('keeps the process alive', () => {
    /** Timers that do, from the first wait of a test on also that of mocha. */
    const timers = () => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;

    it('not by itself', async () => {
      await settle();
      const before = timers();
      const subscription = subscribe(exporter, { maxExportBatchSize: 2 });

      subscription.deliverSpans(newSpans(1));
      const waiting = timers();
      subscription.deliverSpans(newSpans(1));
      await settle();

      expect([waiting, timers()]).to.deep.equal([before, before]);
      exporter.exports[0]!.done();
    });

    it('while an export is awaited, even one in progress, until the last caller has its result', async () => {
      await settle();
      const before = timers();
      const subscription = subscribe(exporter, { maxQueueSize: 3 });
      subscription.deliverSpans(newSpans(1));
      await settle();

      const first = subscription.forceFlush();
      const underWay = timers();
      subscription.deliverSpans(newSpans(1));
      const second = subscription.forceFlush();
      exporter.exports[0]!.done();
      await first;
      const forSecond = timers();
      subscription.deliverSpans(newSpans(1));
      exporter.exports[1]!.done();
      await second;
      const forNobody = timers();

      expect([underWay, forSecond, forNobody]).to.deep.equal([before + 1, before + 1, before]);
      expect(exporter.exports).to.have.length(3);
      exporter.exports[2]!.done();
    });
  });
});
