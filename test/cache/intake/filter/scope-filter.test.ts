import { expect } from 'chai';
import sinon from 'sinon';
import { ScopeFilter } from '../../../../src/cache/intake/filter/scope-filter.js';
import type { FilterOptions, FilterSettings } from '../../../../src/cache/intake/filter/filter-settings.js';
import { names, startService } from '../../../scenarios/service.js';

const ALL: FilterSettings['scopes'] = { include: ['*'], exclude: [] };

function excludes(scopes: FilterOptions['scopes'], name: string): boolean {
  return new ScopeFilter(0, { ...ALL, ...scopes }).isExcluded({ instrumentationScope: { name } });
}

function refuse(minSeverity: number, severityNumber?: number) {
  return new ScopeFilter(minSeverity, ALL).dropReason({
    severityNumber,
    instrumentationScope: { name: 'app' },
  } as never);
}

describe('ScopeFilter', () => {
  it('does not exist for settings that exclude nothing', () => {
    const settings = { minSeverity: 0 };

    expect(ScopeFilter.of({ ...settings, scopes: ALL })).to.equal(undefined);
    expect(ScopeFilter.of({ ...settings, scopes: { include: ['app', '*'], exclude: [] } })).to.equal(undefined);
    expect(ScopeFilter.of({ ...settings, minSeverity: 9, scopes: ALL })).to.be.instanceOf(ScopeFilter);
    expect(ScopeFilter.of({ ...settings, scopes: { ...ALL, exclude: ['app'] } })).to.be.instanceOf(ScopeFilter);
    expect(ScopeFilter.of({ ...settings, scopes: { ...ALL, include: ['app'] } })).to.be.instanceOf(ScopeFilter);
  });

  describe('of scopes', () => {
    it('exclude items that no pattern includes', () => {
      expect(excludes({ include: ['app', 'lib'] }, 'app')).to.equal(false);
      expect(excludes({ include: ['app', 'lib'] }, 'application')).to.equal(true);
      expect(excludes({ include: ['app', 'lib'] }, 'my app')).to.equal(true);
    });

    it('exclude a scope that is both excluded and included', () => {
      expect(excludes({ include: ['@acme/*'], exclude: ['@acme/noisy'] }, '@acme/noisy')).to.equal(true);
      expect(excludes({ include: ['@acme/*'], exclude: ['@acme/noisy'] }, '@acme/quiet')).to.equal(false);
    });

    it('read * as any characters and ? as one', () => {
      const exclude = ['@opentelemetry/instrumentation-*', 'v?'];

      expect(excludes({ exclude }, '@opentelemetry/instrumentation-fs')).to.equal(true);
      expect(excludes({ exclude }, '@opentelemetry/instrumentation-')).to.equal(true);
      expect(excludes({ exclude }, '@opentelemetry/sdk-trace')).to.equal(false);
      expect(excludes({ exclude }, 'v1')).to.equal(true);
      expect(excludes({ exclude }, 'v12')).to.equal(false);
    });

    it('read every other character literally', () => {
      expect(excludes({ exclude: ['a.b'] }, 'a.b')).to.equal(true);
      expect(excludes({ exclude: ['a.b'] }, 'axb')).to.equal(false);
      expect(excludes({ exclude: [String.raw`(a|b)[c]{2}^$+\d`] }, String.raw`(a|b)[c]{2}^$+\d`)).to.equal(true);
      expect(excludes({ exclude: ['App'] }, 'app')).to.equal(false);
      expect(excludes({ exclude: ['a*c'] }, 'a\nc')).to.equal(true);
    });

    it('exclude the scope without a name only by a pattern that matches it', () => {
      expect(excludes({ exclude: ['a'] }, '')).to.equal(false);
      expect(excludes({ exclude: [''] }, '')).to.equal(true);
      expect(excludes({ exclude: ['*'] }, '')).to.equal(true);
    });

    it('match the name of a scope once, however many spans it has', () => {
      const filter = new ScopeFilter(0, { ...ALL, exclude: ['*b'] });
      const name = sinon.fake.returns('ab');
      const instrumentationScope = Object.defineProperty({} as { name: string }, 'name', { get: name });

      const verdicts = [1, 2, 3].map(() => filter.isExcluded({ instrumentationScope }));

      expect(verdicts).to.deep.equal([true, true, true]);
      expect(name.callCount).to.equal(1);
    });

    it('treat a name that is not a string as empty', () => {
      for (const name of [undefined, null, 404, Symbol('name'), {}, ['4', '0', '4']]) {
        expect(excludes({ exclude: ['404'] }, name as never)).to.equal(false);
        expect(excludes({ exclude: ['*'] }, name as never)).to.equal(true);
        expect(excludes({ exclude: [''] }, name as never)).to.equal(true);
        expect(excludes({ include: ['app'] }, name as never)).to.equal(true);
      }
    });

    it('exclude the spans of a tracer without a name unless a pattern includes it', () => {
      const { cache, getTracer } = startService({ filter: { scopes: { include: ['app'] } } });
      const store = cache.store();

      for (const scope of [undefined, '', 'app'])
        getTracer(scope as never)
          .startSpan(`of ${scope}`)
          .end();

      expect(names(store.getFinishedSpans())).to.deep.equal(['of app']);
      expect(cache.stats().spans.dropped.scope_excluded).to.equal(2);
    });

    it('accept items without a scope, and unreadable ones', () => {
      const filter = new ScopeFilter(0, { ...ALL, exclude: ['*'] });
      const broken = {
        get instrumentationScope(): never {
          throw new Error('broken');
        },
      };

      expect(filter.isExcluded({})).to.equal(false);
      expect(filter.isExcluded(broken)).to.equal(false);
      expect(filter.isExcluded(undefined as never)).to.equal(false);
    });
  });

  describe('of severity', () => {
    it('excludes log records below it', () => {
      expect(refuse(13, 12)).to.equal('below_severity');
      expect(refuse(13, 13)).to.equal(undefined);
      expect(refuse(13, 24)).to.equal(undefined);
    });

    it('accepts log records without a severity', () => {
      expect(refuse(24)).to.equal(undefined);
      expect(refuse(24, 0)).to.equal(undefined);
    });
  });
});
