import { expect } from 'chai';
import { formatTraceOptions } from '../src/format/format-options.js';
import { printerOptions } from '../src/format/print-traces-options.js';
import * as api from '../src/index.js';
import { EventCounters, SpanCounters } from '../src/cache/counters.js';
import { exporterOptions } from '../src/cache/fanout/exporter-options.js';
import { cacheOptions, storeOptions, subscribeOptions, wholeTraceOptions } from '../src/cache/options.js';
import { DocPage, namesIn } from './doc-page.js';

const PAGE = new DocPage('docs/reference.md');

describe('docs/reference.md', () => {
  it('lists every export of the main entry, and no other', () => {
    expect(namesIn(PAGE.tableAfter('## Exports'))).to.have.members(Object.keys(api));
  });

  describe('options', () => {
    const TABLES: Record<string, object> = {
      'new SpanCache(options)': cacheOptions(undefined),
      'cache.subscribe(options)': subscribeOptions(undefined),
      'cache.subscribeToTraces(callback, options)': wholeTraceOptions(undefined),
      'printTraces(cache, options)': ownPrinterOptions(),
      'cache.store(options)': storeOptions(undefined),
      'cache.addExporter(exporter, options)': exporterOptions(undefined, {}),
      'formatTrace(trace, options)': formatTraceOptions(),
    };

    for (const [call, defaults] of Object.entries(TABLES)) {
      it(`of ${call} match the code, with their defaults`, () => {
        const written = PAGE.tableAfter(`### \`${call}\``).map(([name, fallback]) => [
          name!.replaceAll('`', ''),
          valueOf(fallback!.replaceAll('`', '')),
        ]);

        expect(written).to.deep.equal(Object.entries(defaults));
      });
    }
  });

  describe('counters', () => {
    const FATES = PAGE.tableAfter('| Log record |')
      .map((row) => row.at(-1)!)
      .join(' ');

    for (const fate of ['orphaned', 'dropped'] as const) {
      for (const reason of Object.keys(new EventCounters()[fate])) {
        it(`explain ${fate}.${reason}`, () => {
          expect(FATES).to.include(`\`${fate}.${reason}\``);
        });
      }
    }

    it('name only reasons of events that the code has', () => {
      const counters = new EventCounters();
      const known = (['orphaned', 'dropped'] as const).flatMap((fate) =>
        Object.keys(counters[fate]).map((reason) => `${fate}.${reason}`),
      );

      const written = [...FATES.matchAll(/`(\w+\.\w+)`/g)].map(([, reason]) => reason!);

      expect(written).to.have.members(known);
    });

    it('name exactly the reasons of dropped spans', () => {
      const known = Object.keys(new SpanCounters().dropped).map((reason) => `dropped.${reason}`);

      expect(namesIn(PAGE.tableAfter('| Dropped span |'))).to.have.members(known);
    });

    it('name exactly the fields of stats()', () => {
      const { spans, events, ...others } = new api.SpanCache().stats();
      const known = [
        ...Object.keys(spans).map((field) => `spans.${field}`),
        ...Object.keys(events).map((field) => `events.${field}`),
        ...Object.keys(others),
      ];

      expect(namesIn(PAGE.tableAfter('| Counter | Meaning |'))).to.have.members(known);
    });

    it('name exactly the fields of a subscription', () => {
      const cache = new api.SpanCache();
      cache.subscribe();

      const known = Object.keys(cache.stats().subscriptions[0]!);

      expect(namesIn(PAGE.tableAfter('| Subscription |'))).to.have.members(known);
    });
  });
});

/** The options that `printTraces()` does not share with other calls. */
function ownPrinterOptions(): object {
  const { only, format, write } = printerOptions();
  return { only, format, write };
}

/** The default value that a cell of an option table names. */
function valueOf(cell: string): unknown {
  if (cell === 'none') return undefined;
  const [, quoted] = /^'(.*)'$/.exec(cell) ?? [];
  return quoted ?? (JSON.parse(cell.replaceAll('_', '')) as unknown);
}
