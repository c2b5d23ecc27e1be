import { expect } from 'chai';
import { SpanCache } from '../src/index.js';
import { DocPage } from './doc-page.js';

const PAGE = new DocPage('docs/recording.md');

/** Name and first value of each setting, as the page has them. */
function writtenSettings(): [string, unknown][] {
  const [, rows] = /^\| Setting \|.*\n\| --- .*\n((?:\|.*\n)+)/m.exec(PAGE.text)!;
  return [...rows!.matchAll(/^\| `(\w+)` \| `(.+?)` \|/gm)].map(([, name, value]) => [
    name!,
    value === 'Infinity' ? Infinity : (JSON.parse(value!) as unknown),
  ]);
}

describe('docs/recording.md', () => {
  it('lists every setting with its first value, and no other', () => {
    expect(writtenSettings()).to.deep.equal(Object.entries(new SpanCache().recording.settings));
  });

  it('names no counter that there is not', () => {
    const { spans, events } = new SpanCache().stats() as unknown as Record<string, Record<string, object>>;
    const written = [...PAGE.text.matchAll(/`(spans|events)\.(dropped|orphaned)\.(\w+)`/g)];

    expect(written).to.have.length(4);
    for (const [text, kind, fate, reason] of written) {
      expect((kind === 'spans' ? spans : events)![fate!], text).to.have.property(reason!);
    }
  });
});
