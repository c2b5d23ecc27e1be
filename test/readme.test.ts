import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatTraceOptions } from '../src/format/format-options.js';
import { printerOptions } from '../src/format/print-traces-options.js';
import * as api from '../src/index.js';
import { EventCounters, SpanCounters } from '../src/cache/counters.js';
import { exporterOptions } from '../src/cache/fanout/exporter-options.js';
import { cacheOptions, storeOptions, subscribeOptions, wholeTraceOptions } from '../src/cache/options.js';
import { DocPage, namesIn, ROOT } from './doc-page.js';
import { brokenLinks } from './links.js';

const README = new DocPage('README.md');

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

describe('README', () => {
  describe('options', () => {
    const TABLES: Record<string, object> = {
      '`new SpanCache(options)`': cacheOptions(undefined),
      '`cache.subscribe(options)`': subscribeOptions(undefined),
      '`cache.subscribeToTraces(callback, options)`': wholeTraceOptions(undefined),
      '`printTraces(cache, options)`': ownPrinterOptions(),
      '`cache.store(options)`': storeOptions(undefined),
      '`cache.addExporter(exporter, options)`': exporterOptions(undefined),
      '`formatTrace(trace, options)`': formatTraceOptions(),
    };

    for (const [call, defaults] of Object.entries(TABLES)) {
      it(`of ${call} are those of the code, with their defaults`, () => {
        const written = README.tableAfter(call).map(([name, fallback]) => [
          name!.replaceAll('`', ''),
          valueOf(fallback!.replaceAll('`', '')),
        ]);

        expect(written).to.deep.equal(Object.entries(defaults));
      });
    }
  });

  describe('counters', () => {
    const FATES = README.tableAfter('| The log record |').map((row) => row.at(-1)!).join(' ');

    for (const fate of ['orphaned', 'dropped'] as const) {
      for (const reason of Object.keys(new EventCounters()[fate])) {
        it(`say when an event is ${fate}.${reason}`, () => {
          expect(FATES).to.include(`\`${fate}.${reason}\``);
        });
      }
    }

    it('name no reason of an event that the code does not have', () => {
      const counters = new EventCounters();
      const known = (['orphaned', 'dropped'] as const).flatMap((fate) =>
        Object.keys(counters[fate]).map((reason) => `${fate}.${reason}`),
      );

      const written = [...FATES.matchAll(/`(\w+\.\w+)`/g)].map(([, reason]) => reason!);

      expect(written).to.have.members(known);
    });

    it('name every reason of a dropped span, and no other', () => {
      const known = Object.keys(new SpanCounters().dropped).map((reason) => `dropped.${reason}`);

      expect(namesIn(README.tableAfter('| Span is counted in |'))).to.have.members(known);
    });

    it('name every field of stats(), and no other', () => {
      const { spans, events, ...others } = new api.SpanCache().stats();
      const known = [
        ...Object.keys(spans).map((field) => `spans.${field}`),
        ...Object.keys(events).map((field) => `events.${field}`),
        ...Object.keys(others),
      ];

      expect(namesIn(README.tableAfter('| Field |'))).to.have.members(known);
    });

    it('name every number of a subscription, and no other', () => {
      const cache = new api.SpanCache();
      cache.subscribe();

      const known = Object.keys(cache.stats().subscriptions[0]!);

      expect(namesIn(README.tableAfter('| Of each subscription |'))).to.have.members(known);
    });
  });

  it('names everything that can be imported', () => {
    for (const name of Object.keys(api)) expect(README.text).to.match(new RegExp(`\\b${name}\\b`));
  });

  it('shows a terminal of at most 100 columns', () => {
    const [, terminal] = /^```text\n(.*?)^```$/ms.exec(README.text)!;

    for (const line of terminal!.split('\n')) expect(line.length, line).to.be.at.most(100);
  });
});

describe('Documentation', () => {
  // Those that are written by hand.
  const guides = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const files = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...guides.map((name) => `docs/${name}`)];

  it('has an index of all of it', () => {
    for (const name of guides.filter((guide) => guide !== 'README.md')) {
      expect(readText('docs/README.md')).to.include(`](${name})`);
    }
    expect(readText('docs/README.md')).to.include('](api/README.md)');
  });

  for (const file of files) {
    describe(file, () => {
      it('links to files that are there, and to headings that they have', () => {
        expect(brokenLinks(ROOT, file)).to.deep.equal([]);
      });

      it('names folders and files that are there', () => {
        const paths = [...readText(file).matchAll(/`((?:src|test|bench|examples|docs|\.ci)\/[\w./-]*)`/g)];
        for (const [, path] of paths) expect(existsSync(join(ROOT, path!)), `${file} names ${path}`).to.equal(true);
      });

      it('uses npm scripts that there are', () => {
        const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
        const code = [...readText(file).matchAll(/```.*?```|`[^`\n]+`/gs)].map(([text]) => text).join('\n');
        const used = [...code.matchAll(/\bnpm (?:run )?(\w[\w:-]*)/g)].map(([, name]) => name!);
        for (const name of used) {
          if (['ci', 'install', 'pack'].includes(name)) continue;
          expect(scripts, `${file} uses npm ${name}`).to.have.property(name);
        }
      });
    });
  }
});

/** The options that `printTraces()` does not share with others. */
function ownPrinterOptions(): object {
  const { only, format, write } = printerOptions();
  return { only, format, write };
}

/** What a cell of an option table says the default is. */
function valueOf(cell: string): unknown {
  if (cell === 'none') return undefined;
  const [, quoted] = /^'(.*)'$/.exec(cell) ?? [];
  return quoted ?? (JSON.parse(cell.replaceAll('_', '')) as unknown);
}
