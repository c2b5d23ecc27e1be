import { expect } from 'chai';
import { SpanCache } from '../src/index.js';
import { DocPage } from './doc-page.js';

const PAGE = new DocPage('docs/sampling.md');

/** Name and default of each setting in a table of the page. */
function writtenSettings(table: string): [string, unknown][] {
  const [, rows] = new RegExp(`^\\| \`${table}\` \\|.*\n\\| --- .*\n((?:\\|.*\n)+)`, 'm').exec(PAGE.text)!;
  return [...rows!.matchAll(/^\| `(\w+)` \| `(.+?)` \|/gm)].map(([, name, value]) => [
    name!,
    value === 'Infinity' ? Infinity : (JSON.parse(value!) as unknown),
  ]);
}

describe('docs/sampling.md', () => {
  it('lists exactly the settings of the code, with their defaults', () => {
    const { sampling, filter } = new SpanCache();

    expect(writtenSettings('cache.sampling')).to.deep.equal(Object.entries(sampling.settings));
    expect(writtenSettings('cache.filter')).to.deep.equal(Object.entries(filter.settings));
  });

  it('names only counters that exist', () => {
    const { spans, events } = new SpanCache().stats() as unknown as Record<string, Record<string, object>>;
    const written = [...PAGE.text.matchAll(/`(spans|events)\.(dropped|orphaned)\.(\w+)`/g)];

    expect(written).to.have.length(4);
    for (const [text, kind, fate, reason] of written) {
      expect((kind === 'spans' ? spans : events)![fate!], text).to.have.property(reason!);
    }
  });
});
