import { inspect } from 'node:util';
import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { FilterControl } from '../../../../src/cache/intake/filter/filter-control.js';
import type { FilterSettings } from '../../../../src/cache/intake/filter/filter-settings.js';
import { listenToWarnings } from '../../../scenarios/service.js';

const INITIAL: FilterSettings = { minSeverity: 0, scopes: { include: ['*'], exclude: [] } };

/* eslint-disable-next-line -- wrong types are the point */
type Wrong = any;

describe('FilterControl', () => {
  it('excludes nothing at first', () => {
    const filter = new FilterControl();

    expect(filter.settings).to.deep.equal(INITIAL);
    expect(filter.inForce).to.equal(undefined);
  });

  it('is in force exactly while it excludes something', () => {
    const filter = new FilterControl({ minSeverity: 9 });

    expect(filter.inForce).to.not.equal(undefined);
    filter.set({ minSeverity: 0 });
    expect(filter.inForce).to.equal(undefined);
  });

  it('returns immutable settings', () => {
    const exclude = ['a'];
    const filter = new FilterControl({ scopes: { exclude } });

    exclude.push('b');

    expect(filter.settings.scopes.exclude).to.deep.equal(['a']);
    expect(() => ((filter.settings as Wrong).minSeverity = 9)).to.throw(TypeError);
    expect(() => (filter.settings.scopes.exclude as Wrong).push('c')).to.throw(TypeError);
  });

  describe('set()', () => {
    it('changes the given settings and leaves the rest', () => {
      const filter = new FilterControl({ scopes: { exclude: ['a'] } });

      filter.set({ minSeverity: 13, scopes: undefined as Wrong });

      expect(filter.settings).to.deep.equal({ minSeverity: 13, scopes: { include: ['*'], exclude: ['a'] } });
    });

    it('accepts the highest severity', () => {
      const filter = new FilterControl({ minSeverity: 24 });

      expect(filter.settings.minSeverity).to.equal(24);
    });

    it('replaces scopes as a whole', () => {
      const filter = new FilterControl({ scopes: { include: ['a'], exclude: ['b'] } });

      filter.set({ scopes: { exclude: ['c'] } });

      expect(filter.settings.scopes).to.deep.equal({ include: ['*'], exclude: ['c'] });
    });

    const WRONG: [Wrong, typeof Error, string][] = [
      [{ minSeverity: 25 }, RangeError, 'minSeverity must be an integer from 0 to 24, got 25 (number)'],
      [{ minSeverity: -1 }, RangeError, 'minSeverity must be an integer from 0 to 24, got -1 (number)'],
      [{ minSeverity: 1.5 }, RangeError, 'minSeverity must be an integer from 0 to 24, got 1.5 (number)'],
      [{ minSeverity: 'WARN' }, TypeError, "minSeverity must be an integer from 0 to 24, got 'WARN' (string)"],
      [
        { scopes: ['a'] },
        TypeError,
        'scopes must be { include, exclude } with arrays of names, and at least one in include, got',
      ],
      [{ scopes: [] }, TypeError, 'got [] (object)'],
      [{ scopes: null }, TypeError, 'got null (null)'],
      [{ scopes: { include: 'a' } }, TypeError, "got { include: 'a' } (object)"],
      [{ scopes: { exclude: [/a/] } }, TypeError, 'scopes must be'],
      [{ scopes: { only: [] } }, TypeError, 'scopes must be'],
      [{ scopes: { include: [] } }, RangeError, 'scopes must be'],
      [{ enabled: true }, TypeError, "unknown option 'enabled': an option must be one of minSeverity, scopes"],
      [null, TypeError, 'options must be an object, got null (null)'],
    ];

    for (const [changes, error, message] of WRONG) {
      it(`throws a ${error.name} for ${inspect(changes)}, and changes nothing`, () => {
        const filter = new FilterControl({ minSeverity: 5 });
        const listener = sinon.spy();
        filter.onChange(listener);

        const among = changes && { scopes: { exclude: ['a'] }, minSeverity: 9, ...changes };
        expect(() => filter.set(among)).to.throw(error as never, message);
        expect(filter.settings).to.deep.equal({ ...INITIAL, minSeverity: 5 });
        sinon.assert.notCalled(listener);
      });

      it(`throws a ${error.name} for ${inspect(changes)} at the beginning, too`, () => {
        expect(() => new FilterControl(changes)).to.throw(error as never, message);
      });
    }
  });

  describe('onChange()', () => {
    afterEach(() => diag.disable());

    it('passes the new and the previous settings until it is closed, and ignores a change without effect', () => {
      const filter = new FilterControl();
      const listener = sinon.spy();
      const handle = filter.onChange(listener);

      filter.set({ scopes: {} });
      filter.set({ minSeverity: 9 });
      handle.close();
      filter.set({ minSeverity: 13 });

      sinon.assert.calledOnceWithExactly(listener, { ...INITIAL, minSeverity: 9 }, INITIAL);
      expect(handle.closed).to.equal(true);
    });

    it('reports a listener that throws by the name of the filter', () => {
      const warn = sinon.spy();
      listenToWarnings(warn);
      const filter = new FilterControl();
      const error = new Error('broken');
      filter.onChange(sinon.fake.throws(error));

      filter.set({ minSeverity: 9 });

      sinon.assert.calledOnceWithExactly(warn, 'otel-span-cache', 'a listener of the filter failed', error);
    });
  });
});
