import { expect } from 'chai';
import { SpanCache } from '../src/index.js';
import { DocPage, ROOT } from './doc-page.js';
import { brokenLinks } from './links.js';

const PAGE = new DocPage('docs/help.md');

describe('docs/help.md', () => {
  it('lists each symptom first', () => {
    const listed = [...PAGE.text.matchAll(/^- \[(.+)\]\(#.+\)$/gm)].map(([, title]) => title);
    const headings = [...PAGE.text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);

    expect(listed).to.deep.equal(headings);
    expect(brokenLinks(ROOT, 'docs/help.md').filter((link) => link.startsWith('#'))).to.deep.equal([]);
  });

  for (const [symptom, signal] of [
    ['## I see no spans', 'spans'],
    ['## Log lines are missing', 'events'],
  ] as const) {
    it(`names counters of ${signal} that exist: ${symptom}`, () => {
      const counters = new SpanCache().stats()[signal];

      const names = PAGE.tableAfter(symptom).flatMap(([first]) =>
        [...first!.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!),
      );

      expect(names).to.not.be.empty;
      for (const name of names) expect(counters).to.have.nested.property(name);
    });
  }

  it('names counters that exist: Memory grows', () => {
    const stats = new SpanCache().stats();
    const [, list] = /^## Memory grows\n(.*)$/ms.exec(PAGE.text)!;

    const names = [...list!.matchAll(/^- (`.+?):/gm)].flatMap(([, start]) => [
      ...start!.split(',')[0]!.matchAll(/`([\w.]+)`/g),
    ]);

    for (const [, name] of names) expect(stats).to.have.nested.property(name!);
    expect(names).to.have.lengthOf(4);
  });
});
