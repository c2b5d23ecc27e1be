import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { SamplingControl } from '../../../src/cache/sampling/sampling-control.js';
import type { SamplingSettings } from '../../../src/cache/sampling/sampling-settings.js';
import { listenToWarnings } from '../../scenarios/service.js';

const INITIAL: SamplingSettings = {
  enabled: false,
  ratio: 1,
  until: Infinity,
};

/* eslint-disable-next-line -- wrong types are the point */
type Wrong = any;

describe('SamplingControl', () => {
  it('is off at first', () => {
    expect(new SamplingControl().settings).to.deep.equal(INITIAL);
  });

  it('begins with the settings it is given', () => {
    const sampling = new SamplingControl({ enabled: true, ratio: 0.5 });

    expect(sampling.settings).to.deep.equal({ ...INITIAL, enabled: true, ratio: 0.5 });
  });

  describe('set()', () => {
    it('changes the given settings and leaves the rest', () => {
      const sampling = new SamplingControl({ ratio: 0.5 });

      sampling.set({ enabled: true, ratio: undefined as Wrong });

      expect(sampling.settings).to.deep.equal({ ...INITIAL, enabled: true, ratio: 0.5 });
    });

    it('does nothing without a change', () => {
      const sampling = new SamplingControl();

      sampling.set({});

      expect(sampling.settings).to.deep.equal(INITIAL);
    });

    const WRONG: [Wrong, typeof Error, string][] = [
      [{ ratio: 2 }, RangeError, 'ratio must be a number from 0 to 1, got 2 (number)'],
      [{ ratio: -0.1 }, RangeError, 'ratio must be a number from 0 to 1, got -0.1 (number)'],
      [{ ratio: NaN }, RangeError, 'ratio must be a number from 0 to 1, got NaN (number)'],
      [{ ratio: '1' }, TypeError, "ratio must be a number from 0 to 1, got '1' (string)"],
      [{ enabled: 1 }, TypeError, 'enabled must be true or false, got 1 (number)'],
      [
        { enabled: true, until: NaN },
        RangeError,
        'until must be a Date or milliseconds since the epoch, got NaN (number)',
      ],
      [{ enabled: true, until: new Date(NaN) }, RangeError, 'got Invalid Date (object)'],
      [{ enabled: true, until: '2030-01-01' }, TypeError, "got '2030-01-01' (string)"],
      [
        { enabled: true, forMillis: 0 },
        RangeError,
        'forMillis must be a number of milliseconds above 0, got 0 (number)',
      ],
      [{ enabled: true, forMillis: Infinity }, RangeError, 'got Infinity (number)'],
      [{ enabled: true, forMillis: '1h' }, TypeError, "got '1h' (string)"],
      [{ enabled: true, until: 9e12, forMillis: 1 }, TypeError, 'until and forMillis must not both be given'],
      [{ until: 9e12 }, TypeError, 'until must come with enabled: true, because sampling is off'],
      [{ forMillis: 1 }, TypeError, 'forMillis must come with enabled: true, because sampling is off'],
      [{ enabled: false, forMillis: 1 }, TypeError, 'forMillis must come with enabled: true'],
      [{ rate: 1 }, TypeError, "unknown option 'rate': an option must be one of enabled, ratio, until, forMillis"],
      [null, TypeError, 'options must be an object, got null (null)'],
    ];

    for (const [changes, error, message] of WRONG) {
      it(`throws a ${error.name} for ${inspect(changes)}, and changes nothing`, () => {
        const sampling = new SamplingControl({ ratio: 0.5 });
        const listener = sinon.spy();
        sampling.onChange(listener);

        const among = changes && { ratio: 0.1, ...changes };
        expect(() => sampling.set(among)).to.throw(error as never, message);
        expect(sampling.settings).to.deep.equal({ ...INITIAL, ratio: 0.5 });
        sinon.assert.notCalled(listener);
      });

      it(`throws a ${error.name} for ${inspect(changes)} at the beginning, too`, () => {
        expect(() => new SamplingControl(changes)).to.throw(error as never, message);
      });
    }
  });

  it('returns immutable settings', () => {
    expect(() => ((new SamplingControl().settings as Wrong).ratio = 0)).to.throw(TypeError);
  });

  describe('with an end', () => {
    let clock: sinon.SinonFakeTimers;

    beforeEach(() => {
      clock = sinon.useFakeTimers({ now: 1_000_000, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    });

    afterEach(() => clock.restore());

    for (const [kind, end] of [
      ['until, as a number', { until: 1_005_000 }],
      ['until, as a date', { until: new Date(1_005_000) }],
      ['forMillis', { forMillis: 5_000 }],
    ] as const) {
      it(`turns itself off (${kind}) and calls the listeners`, () => {
        const sampling = new SamplingControl({ enabled: true, ratio: 0.5, ...end });
        const listener = sinon.spy();
        sampling.onChange(listener);

        expect(sampling.settings.until).to.equal(1_005_000);
        clock.tick(4_999);
        expect(sampling.settings.enabled).to.equal(true);
        sinon.assert.notCalled(listener);
        clock.tick(1);

        const off = { ...INITIAL, ratio: 0.5 };
        expect(sampling.settings).to.deep.equal(off);
        sinon.assert.calledOnceWithExactly(listener, off, { ...off, enabled: true, until: 1_005_000 });
        expect(clock.countTimers()).to.equal(0);
      });

      it(`is off after its end even if no timer fires (${kind})`, () => {
        const sampling = new SamplingControl({ enabled: true, ratio: 0.5, ...end });

        const later = performance.now() + 5_000;
        clock.setSystemTime(1_005_000);
        sinon.stub(performance, 'now').returns(later);

        expect(sampling.settings).to.deep.equal({ ...INITIAL, ratio: 0.5 });
        expect(sampling.traces).to.equal(undefined);
      });
    }

    afterEach(() => sinon.restore());

    it('returns a date to the fraction of a millisecond', () => {
      const sampling = new SamplingControl({ enabled: true, until: 1_005_000.5 });

      expect(sampling.settings.until).to.equal(1_005_000.5);
    });

    it('reports its end before it reports that it is on again', () => {
      const sampling = new SamplingControl({ enabled: true, until: 1_005_000 });
      const told: boolean[] = [];
      sampling.onChange(({ enabled }) => told.push(enabled));

      clock.setSystemTime(1_006_000);
      sampling.set({ enabled: true });

      expect(told).to.deep.equal([false, true]);
      expect(sampling.settings.until).to.equal(Infinity);
    });

    it('ends by the wall clock if a date is given: with the clock set forward, at most a minute late for the listeners', () => {
      const sampling = new SamplingControl({ enabled: true, until: 1_000_000 + 3_600_000 });
      const listener = sinon.spy();
      sampling.onChange(listener);

      clock.setSystemTime(1_000_000 + 3_600_000);

      expect(sampling.settings.enabled).to.equal(false);
      sinon.assert.notCalled(listener);
      clock.tick(60_000);
      sinon.assert.calledOnce(listener);
    });

    it('ends by the wall clock if a date is given: with the clock set back, later by as much', () => {
      const sampling = new SamplingControl({ enabled: true, until: 1_005_000 });

      clock.setSystemTime(990_000);
      clock.tick(14_999);
      expect(sampling.settings.enabled).to.equal(true);
      clock.tick(1);
      expect(sampling.settings.enabled).to.equal(false);
      clock.tick(60_000);
      expect(clock.countTimers()).to.equal(0);
    });

    it('ends after a given duration regardless of the wall clock', () => {
      const sampling = new SamplingControl({ enabled: true, forMillis: 5_000 });

      clock.setSystemTime(9_000_000);
      clock.tick(4_999);
      expect(sampling.settings.enabled).to.equal(true);
      clock.setSystemTime(0);
      clock.tick(1);
      expect(sampling.settings.enabled).to.equal(false);
    });

    it('keeps its end when another setting changes, and when it is enabled again', () => {
      const sampling = new SamplingControl({ enabled: true, forMillis: 5_000 });

      clock.tick(1_000);
      sampling.set({ enabled: true, ratio: 0.1 });
      clock.tick(4_000);

      expect(sampling.settings.enabled).to.equal(false);
    });

    it('can have its end moved or removed', () => {
      const sampling = new SamplingControl({ enabled: true, forMillis: 5_000 });

      sampling.set({ until: 1_100_000 });
      clock.tick(99_999);
      expect(sampling.settings.enabled).to.equal(true);
      sampling.set({ until: Infinity });
      clock.tick(1_000_000);

      expect(sampling.settings).to.deep.equal({ ...INITIAL, enabled: true });
      expect(clock.countTimers()).to.equal(0);
    });

    it('forgets its end when it is turned off', () => {
      const sampling = new SamplingControl({ enabled: true, forMillis: 5_000 });

      sampling.set({ enabled: false });
      expect(clock.countTimers()).to.equal(0);
      sampling.set({ enabled: true });
      clock.tick(10_000);

      expect(sampling.settings.enabled).to.equal(true);
    });

    it('is off at once if its end has passed', () => {
      expect(new SamplingControl({ enabled: true, until: 999_999 }).settings).to.deep.equal(INITIAL);
    });
  });

  it('can end later than the longest possible timer', () => {
    const clock = sinon.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    const setTimeout = sinon.spy(clock, 'setTimeout');
    try {
      const sampling = new SamplingControl({ enabled: true, until: 2 ** 32 });

      // It looks every minute: each tick of these 50 days would take seconds.
      clock.jump(2 ** 32 - 1);
      expect(sampling.settings.enabled).to.equal(true);
      clock.tick(1);
      expect(sampling.settings.enabled).to.equal(false);
      expect(setTimeout.callCount).to.be.above(0);
      for (const [, millis] of setTimeout.args) expect(millis).to.be.below(2 ** 31);
    } finally {
      clock.restore();
    }
  });

  it('does not keep the process alive', () => {
    const setTimeout = sinon.spy(globalThis, 'setTimeout');
    try {
      const sampling = new SamplingControl({ enabled: true, forMillis: 1_000_000 });

      const timer = setTimeout.lastCall.returnValue as NodeJS.Timeout;
      expect(timer.hasRef()).to.equal(false);
      sampling.set({ enabled: false });
    } finally {
      setTimeout.restore();
    }
  });

  describe('onChange()', () => {
    afterEach(() => diag.disable());

    it('passes the new and the previous settings once a change is complete', () => {
      const sampling = new SamplingControl();
      const seen: SamplingSettings[][] = [];
      sampling.onChange((settings, previous) => seen.push([settings, previous, sampling.settings]));

      sampling.set({ enabled: true, ratio: 0.5 });

      const now = { ...INITIAL, enabled: true, ratio: 0.5 };
      expect(seen).to.deep.equal([[now, INITIAL, now]]);
    });

    it('does not report a change without effect', () => {
      const sampling = new SamplingControl({ enabled: true, until: 8e12 });
      const listener = sinon.spy();
      sampling.onChange(listener);

      sampling.set({ enabled: true, ratio: 1, until: new Date(8e12) });

      sinon.assert.notCalled(listener);
      sampling.set({ enabled: false });
    });

    it('calls the listener until the handle is closed or disposed of', () => {
      const sampling = new SamplingControl();
      const listener = sinon.spy();
      const first = sampling.onChange(listener);
      const second = sampling.onChange(listener);

      sampling.set({ ratio: 0.1 });
      first.close();
      first.close();
      sampling.set({ ratio: 0.2 });
      second[Symbol.dispose]();
      sampling.set({ ratio: 0.3 });

      sinon.assert.callCount(listener, 3);
    });

    it('reports a listener that throws or rejects, and calls the others', async () => {
      const warn = sinon.spy();
      listenToWarnings(warn);
      const sampling = new SamplingControl();
      sampling.attachSampler();
      const error = new Error('broken');
      const listener = sinon.spy();
      sampling.onChange(() => {
        throw error;
      });
      sampling.onChange(listener);

      sampling.set({ enabled: true });
      sinon.assert.calledOnceWithExactly(warn, 'otel-span-cache', 'a listener of the sampling failed', error);

      sampling.onChange(() => Promise.reject(error) as Wrong);
      sampling.set({ enabled: false });
      await new Promise((resolve) => setImmediate(resolve));

      sinon.assert.calledTwice(listener);
      sinon.assert.calledTwice(warn);
    });

    it('calls all listeners for each change in order when a listener makes a further change', () => {
      const sampling = new SamplingControl();
      const first: number[] = [];
      const second: number[] = [];
      sampling.onChange(({ ratio }) => {
        first.push(ratio);
        if (ratio === 0.5) sampling.set({ ratio: 0.25 });
      });
      sampling.onChange(({ ratio }) => second.push(ratio));

      sampling.set({ ratio: 0.5 });

      expect([first, second]).to.deep.equal([
        [0.5, 0.25],
        [0.5, 0.25],
      ]);
    });

    it("stops when listeners undo each other's changes, passes the last change to all, and reports it once", () => {
      const warn = sinon.spy();
      listenToWarnings(warn);
      const sampling = new SamplingControl();
      const told: number[][] = [[], []];
      for (const [i, own] of [0.1, 0.2].entries()) {
        sampling.onChange(({ ratio }) => {
          told[i]!.push(ratio);
          sampling.set({ ratio: own });
        });
      }

      sampling.set({ ratio: 0.5 });

      expect(told.map((ratios) => ratios.at(-1))).to.deep.equal([sampling.settings.ratio, sampling.settings.ratio]);
      expect(told[0]).to.deep.equal(told[1]);
      sinon.assert.calledOnceWithMatch(warn, 'otel-span-cache', '100 times in response to one change');
    });

    it('receives changes made after listeners were stopped', () => {
      const sampling = new SamplingControl();
      const again = sampling.onChange(({ ratio }) => sampling.set({ ratio: 1 - ratio }));
      sampling.set({ ratio: 0.1 });
      again.close();
      const listener = sinon.spy();
      sampling.onChange(listener);

      sampling.set({ enabled: true, ratio: 0.7 });

      sinon.assert.calledOnce(listener);
      expect(sampling.settings).to.include({ enabled: true, ratio: 0.7 });
    });

    it('calls the listener for the end outside the context in which the end was set', async () => {
      const storage = new AsyncLocalStorage<string>();
      const seen = await storage.run('request', () => {
        const sampling = new SamplingControl({ enabled: true, forMillis: 1 });
        return new Promise((resolve) => {
          sampling.onChange(() => resolve(storage.getStore()));
          setTimeout(() => {}, 50);
        });
      });

      expect(seen).to.equal(undefined);
    });

    it('accepts only a function', () => {
      const message = 'listener must be a function, got undefined (undefined)';
      expect(() => new SamplingControl().onChange(undefined as Wrong)).to.throw(TypeError, message);
    });
  });
});
