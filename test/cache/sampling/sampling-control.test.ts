import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { RecordingControl } from '../../../src/cache/sampling/sampling-control.js';
import type { RecordingSettings } from '../../../src/cache/sampling/sampling-settings.js';
import { listenToWarnings } from '../../scenarios/service.js';

const INITIAL: RecordingSettings = {
  enabled: false,
  ratio: 1,
  minSeverity: 0,
  scopes: { include: ['*'], exclude: [] },
  until: Infinity,
};

/* eslint-disable-next-line -- wrong types are the point */
type Wrong = any;

describe('RecordingControl', () => {
  it('is off at first, and unrestricted', () => {
    expect(new RecordingControl().settings).to.deep.equal(INITIAL);
  });

  it('begins with the settings it is given', () => {
    const recording = new RecordingControl({ enabled: true, ratio: 0.5 });

    expect(recording.settings).to.deep.equal({ ...INITIAL, enabled: true, ratio: 0.5 });
  });

  describe('set()', () => {
    it('changes what is given and leaves the rest', () => {
      const recording = new RecordingControl({ ratio: 0.5 });

      recording.set({ enabled: true, minSeverity: 13, ratio: undefined as Wrong });

      expect(recording.settings).to.deep.equal({ ...INITIAL, enabled: true, minSeverity: 13, ratio: 0.5 });
    });

    it('replaces scopes as a whole', () => {
      const recording = new RecordingControl({ scopes: { include: ['a'], exclude: ['b'] } });

      recording.set({ scopes: { exclude: ['c'] } });

      expect(recording.scopes).to.deep.equal({ include: ['*'], exclude: ['c'] });
    });

    it('does nothing without a change', () => {
      const recording = new RecordingControl();

      recording.set({});

      expect(recording.settings).to.deep.equal(INITIAL);
    });

    const WRONG: [Wrong, typeof Error, string][] = [
      [{ ratio: 2 }, RangeError, 'ratio must be a number from 0 to 1, got 2 (number)'],
      [{ ratio: -0.1 }, RangeError, 'ratio must be a number from 0 to 1, got -0.1 (number)'],
      [{ ratio: NaN }, RangeError, 'ratio must be a number from 0 to 1, got NaN (number)'],
      [{ ratio: '1' }, TypeError, "ratio must be a number from 0 to 1, got '1' (string)"],
      [{ enabled: 1 }, TypeError, 'enabled must be true or false, got 1 (number)'],
      [{ minSeverity: 25 }, RangeError, 'minSeverity must be an integer from 0 to 24, got 25 (number)'],
      [{ minSeverity: 1.5 }, RangeError, 'minSeverity must be an integer from 0 to 24, got 1.5 (number)'],
      [{ minSeverity: 'WARN' }, TypeError, "minSeverity must be an integer from 0 to 24, got 'WARN' (string)"],
      [{ scopes: ['a'] }, TypeError, 'scopes must be { include, exclude } with arrays of names, of which include has at least one, got'],
      [{ scopes: null }, TypeError, 'got null (null)'],
      [{ scopes: { include: 'a' } }, TypeError, "got { include: 'a' } (object)"],
      [{ scopes: { exclude: [/a/] } }, TypeError, 'scopes must be'],
      [{ scopes: { only: [] } }, TypeError, 'scopes must be'],
      [{ scopes: { include: [] } }, RangeError, 'scopes must be'],
      [{ enabled: true, until: NaN }, RangeError, 'until must be a Date or milliseconds since the epoch, got NaN (number)'],
      [{ enabled: true, until: new Date(NaN) }, RangeError, 'got Invalid Date (object)'],
      [{ enabled: true, until: '2030-01-01' }, TypeError, "got '2030-01-01' (string)"],
      [{ enabled: true, forMillis: 0 }, RangeError, 'forMillis must be a number of milliseconds above 0, got 0 (number)'],
      [{ enabled: true, forMillis: Infinity }, RangeError, 'got Infinity (number)'],
      [{ enabled: true, forMillis: '1h' }, TypeError, "got '1h' (string)"],
      [{ enabled: true, until: 9e12, forMillis: 1 }, TypeError, 'until and forMillis must not both be given'],
      [{ until: 9e12 }, TypeError, 'until must come with enabled: true, because recording is off'],
      [{ forMillis: 1 }, TypeError, 'forMillis must come with enabled: true, because recording is off'],
      [{ enabled: false, forMillis: 1 }, TypeError, 'forMillis must come with enabled: true'],
      [{ rate: 1 }, TypeError, "unknown option 'rate': an option must be one of enabled, ratio, minSeverity, scopes, until, forMillis"],
      [null, TypeError, 'options must be an object, got null (null)'],
    ];

    for (const [changes, error, message] of WRONG) {
      it(`throws a ${error.name} for ${inspect(changes)}, and changes nothing`, () => {
        const recording = new RecordingControl({ ratio: 0.5 });
        const listener = sinon.spy();
        recording.onChange(listener);

        const among = changes && { scopes: { exclude: ['a'] }, ratio: 0.1, minSeverity: 5, ...changes };
        expect(() => recording.set(among)).to.throw(error as never, message);
        expect(recording.settings).to.deep.equal({ ...INITIAL, ratio: 0.5 });
        sinon.assert.notCalled(listener);
      });

      it(`throws a ${error.name} for ${inspect(changes)} at the beginning, too`, () => {
        expect(() => new RecordingControl(changes)).to.throw(error as never, message);
      });
    }
  });

  it('takes an assignment to a property for a set() of it', () => {
    const recording = new RecordingControl();

    recording.enabled = true;
    recording.ratio = 0.25;
    recording.minSeverity = 9;
    recording.scopes = { exclude: ['a'] };
    recording.until = new Date(8e12);

    const { enabled, ratio, minSeverity, scopes, until } = recording;
    expect({ enabled, ratio, minSeverity, scopes, until }).to.deep.equal({
      enabled: true,
      ratio: 0.25,
      minSeverity: 9,
      scopes: { include: ['*'], exclude: ['a'] },
      until: 8e12,
    });
    expect(() => (recording.ratio = 2)).to.throw(RangeError);
    recording.enabled = false;
  });

  it('gives out settings that nobody can change', () => {
    const exclude = ['a'];
    const recording = new RecordingControl({ scopes: { exclude } });

    exclude.push('b');

    expect(recording.scopes.exclude).to.deep.equal(['a']);
    expect(() => ((recording.settings as Wrong).ratio = 0)).to.throw(TypeError);
    expect(() => (recording.scopes.exclude as Wrong).push('c')).to.throw(TypeError);
  });

  it('has no restrictions while it is off or leaves nothing out', () => {
    const recording = new RecordingControl({ minSeverity: 9 });

    expect(recording.restrictions).to.equal(undefined);
    recording.enabled = true;
    expect(recording.restrictions).to.not.equal(undefined);
    recording.minSeverity = 0;
    expect(recording.restrictions).to.equal(undefined);
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
      it(`turns itself off (${kind}) and tells the listeners`, () => {
        const recording = new RecordingControl({ enabled: true, ratio: 0.5, ...end });
        const listener = sinon.spy();
        recording.onChange(listener);

        expect(recording.until).to.equal(1_005_000);
        clock.tick(4_999);
        expect(recording.enabled).to.equal(true);
        sinon.assert.notCalled(listener);
        clock.tick(1);

        const off = { ...INITIAL, ratio: 0.5 };
        expect(recording.settings).to.deep.equal(off);
        sinon.assert.calledOnceWithExactly(listener, off, { ...off, enabled: true, until: 1_005_000 });
        expect(clock.countTimers()).to.equal(0);
      });

      it(`is off when the time has come, if no timer runs (${kind})`, () => {
        const recording = new RecordingControl({ enabled: true, minSeverity: 9, ...end });

        const later = performance.now() + 5_000;
        clock.setSystemTime(1_005_000);
        sinon.stub(performance, 'now').returns(later);

        expect(recording.settings).to.deep.equal({ ...INITIAL, minSeverity: 9 });
        expect(recording.traces).to.equal(undefined);
        expect(recording.restrictions).to.equal(undefined);
      });
    }

    afterEach(() => sinon.restore());

    it('is told to have ended before it is told to be on again', () => {
      const recording = new RecordingControl({ enabled: true, until: 1_005_000 });
      const told: boolean[] = [];
      recording.onChange(({ enabled }) => told.push(enabled));

      clock.setSystemTime(1_006_000);
      recording.set({ enabled: true });

      expect(told).to.deep.equal([false, true]);
      expect(recording.until).to.equal(Infinity);
    });

    it('ends by the wall clock where a date is given: set forward, at most a minute late for the listeners', () => {
      const recording = new RecordingControl({ enabled: true, until: 1_000_000 + 3_600_000 });
      const listener = sinon.spy();
      recording.onChange(listener);

      clock.setSystemTime(1_000_000 + 3_600_000);

      expect(recording.enabled).to.equal(false);
      sinon.assert.notCalled(listener);
      clock.tick(60_000);
      sinon.assert.calledOnce(listener);
    });

    it('ends by the wall clock where a date is given: set back, that much later', () => {
      const recording = new RecordingControl({ enabled: true, until: 1_005_000 });

      clock.setSystemTime(990_000);
      clock.tick(14_999);
      expect(recording.enabled).to.equal(true);
      clock.tick(1);
      expect(recording.enabled).to.equal(false);
      clock.tick(60_000);
      expect(clock.countTimers()).to.equal(0);
    });

    it('ends in its time where a duration is given, however the wall clock is set', () => {
      const recording = new RecordingControl({ enabled: true, forMillis: 5_000 });

      clock.setSystemTime(9_000_000);
      clock.tick(4_999);
      expect(recording.enabled).to.equal(true);
      clock.setSystemTime(0);
      clock.tick(1);
      expect(recording.enabled).to.equal(false);
    });

    it('keeps its end when something else is changed, and when it is turned on once more', () => {
      const recording = new RecordingControl({ enabled: true, forMillis: 5_000 });

      clock.tick(1_000);
      recording.set({ enabled: true, ratio: 0.1 });
      clock.tick(4_000);

      expect(recording.enabled).to.equal(false);
    });

    it('has its end moved, and taken away', () => {
      const recording = new RecordingControl({ enabled: true, forMillis: 5_000 });

      recording.set({ until: 1_100_000 });
      clock.tick(99_999);
      expect(recording.enabled).to.equal(true);
      recording.until = Infinity;
      clock.tick(1_000_000);

      expect(recording.settings).to.deep.equal({ ...INITIAL, enabled: true });
      expect(clock.countTimers()).to.equal(0);
    });

    it('forgets its end when it is turned off', () => {
      const recording = new RecordingControl({ enabled: true, forMillis: 5_000 });

      recording.enabled = false;
      expect(clock.countTimers()).to.equal(0);
      recording.enabled = true;
      clock.tick(10_000);

      expect(recording.enabled).to.equal(true);
    });

    it('is off at once if its end has passed', () => {
      expect(new RecordingControl({ enabled: true, until: 999_999 }).settings).to.deep.equal(INITIAL);
    });
  });

  it('ends long after what a timer can wait for', () => {
    const clock = sinon.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    try {
      const recording = new RecordingControl({ enabled: true, until: 2 ** 32 });

      clock.tick(2 ** 32 - 1);
      expect(recording.enabled).to.equal(true);
      clock.tick(1);
      expect(recording.enabled).to.equal(false);
    } finally {
      clock.restore();
    }
  }).timeout(60_000);

  it('does not keep the process alive', () => {
    const setTimeout = sinon.spy(globalThis, 'setTimeout');
    try {
      const recording = new RecordingControl({ enabled: true, forMillis: 1_000_000 });

      const timer = setTimeout.lastCall.returnValue as NodeJS.Timeout;
      expect(timer.hasRef()).to.equal(false);
      recording.enabled = false;
    } finally {
      setTimeout.restore();
    }
  });

  describe('onChange()', () => {
    afterEach(() => diag.disable());

    it('tells of each change, once it is complete, what is and what was', () => {
      const recording = new RecordingControl();
      const seen: RecordingSettings[][] = [];
      recording.onChange((settings, previous) => seen.push([settings, previous, recording.settings]));

      recording.set({ enabled: true, ratio: 0.5 });

      const now = { ...INITIAL, enabled: true, ratio: 0.5 };
      expect(seen).to.deep.equal([[now, INITIAL, now]]);
    });

    it('does not tell of a change that changes nothing', () => {
      const recording = new RecordingControl({ enabled: true, until: 8e12 });
      const listener = sinon.spy();
      recording.onChange(listener);

      recording.set({ enabled: true, ratio: 1, scopes: {}, until: new Date(8e12) });

      sinon.assert.notCalled(listener);
      recording.enabled = false;
    });

    it('tells until it is closed or disposed of', () => {
      const recording = new RecordingControl();
      const listener = sinon.spy();
      const first = recording.onChange(listener);
      const second = recording.onChange(listener);

      recording.ratio = 0.1;
      first.close();
      first.close();
      recording.ratio = 0.2;
      second[Symbol.dispose]();
      recording.ratio = 0.3;

      sinon.assert.callCount(listener, 3);
    });

    it('reports a listener that throws or rejects, and tells the others', async () => {
      const warn = sinon.spy();
      listenToWarnings(warn);
      const recording = new RecordingControl();
      const error = new Error('broken');
      const listener = sinon.spy();
      recording.onChange(() => {
        throw error;
      });
      recording.onChange(listener);

      recording.enabled = true;
      sinon.assert.calledOnceWithExactly(warn, 'otel-span-cache', 'a listener of the recording failed', error);

      recording.onChange(() => Promise.reject(error) as Wrong);
      recording.enabled = false;
      await new Promise((resolve) => setImmediate(resolve));

      sinon.assert.calledTwice(listener);
      sinon.assert.calledTwice(warn);
    });

    it('tells all listeners of the changes in their order when one of them makes a further one', () => {
      const recording = new RecordingControl();
      const first: number[] = [];
      const second: number[] = [];
      recording.onChange(({ ratio }) => {
        first.push(ratio);
        if (ratio === 0.5) recording.ratio = 0.25;
      });
      recording.onChange(({ ratio }) => second.push(ratio));

      recording.ratio = 0.5;

      expect([first, second]).to.deep.equal([[0.5, 0.25], [0.5, 0.25]]);
    });

    it('ends when listeners undo what each other sets, tells all of the last change, and reports it once', () => {
      const warn = sinon.spy();
      listenToWarnings(warn);
      const recording = new RecordingControl();
      const told: number[][] = [[], []];
      for (const [i, own] of [0.1, 0.2].entries()) {
        recording.onChange(({ ratio }) => {
          told[i]!.push(ratio);
          recording.set({ ratio: own });
        });
      }

      recording.ratio = 0.5;

      expect(told.map((ratios) => ratios.at(-1))).to.deep.equal([recording.ratio, recording.ratio]);
      expect(told[0]).to.deep.equal(told[1]);
      sinon.assert.calledOnceWithMatch(warn, 'otel-span-cache', 'have set it 100 times in answer to a change');
    });

    it('hears what is set after listeners were stopped', () => {
      const recording = new RecordingControl();
      const again = recording.onChange(({ ratio }) => (recording.ratio = 1 - ratio));
      recording.ratio = 0.1;
      again.close();
      const listener = sinon.spy();
      recording.onChange(listener);

      recording.set({ enabled: true, ratio: 0.7 });

      sinon.assert.calledOnce(listener);
      expect(recording.settings).to.include({ enabled: true, ratio: 0.7 });
    });

    it('tells of the end outside the context in which the end was set', async () => {
      const storage = new AsyncLocalStorage<string>();
      const seen = await storage.run('request', () => {
        const recording = new RecordingControl({ enabled: true, forMillis: 1 });
        return new Promise((resolve) => {
          recording.onChange(() => resolve(storage.getStore()));
          setTimeout(() => {}, 50);
        });
      });

      expect(seen).to.equal(undefined);
    });

    it('takes only a function', () => {
      const message = 'listener must be a function, got undefined (undefined)';
      expect(() => new RecordingControl().onChange(undefined as Wrong)).to.throw(TypeError, message);
    });
  });
});
