import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CASES, CORE_CASES } from '../../../bench/cases/index.js';
import { partsOf, plotsOf, withParts } from '../../../bench/report/page.js';
import { plotSvg } from '../../../bench/report/plot.js';
import { readResults } from '../../../bench/report/results.js';

const DOCS = fileURLToPath(new URL('../../../docs', import.meta.url));
const PAGE = readFileSync(join(DOCS, 'performance.md'), 'utf8');

describe('docs/performance.md', () => {
  const results = readResults();

  it('has a row for each figure of each benchmark, with a ratio for each Node', () => {
    const [, table] = /<!-- generated: ratios -->\n(.*?)<!-- end of ratios -->/s.exec(PAGE)!;
    const rows = table!.trim().split('\n').slice(2);

    expect(rows).to.have.lengthOf(CORE_CASES.flatMap((each) => each.rows).length);
    for (const { name, rows: figures } of CORE_CASES) {
      for (const { what, against } of figures) {
        const row = rows.find((each) => each.startsWith(`| \`${name}\` | ${what} | ${against} |`));
        expect(row, `${name}: ${what}`).to.match(/(?:\| \*\*-?[\d.]+\*\* \(.+?–.+?\)[^|]*){3}\|$/);
      }
    }
  });

  it('equals the output of the script for the results', () => {
    expect(withParts(PAGE, partsOf(CORE_CASES, results))).to.equal(PAGE);
  });

  it('has the plots that the script draws from the results', () => {
    const plots = Object.entries(plotsOf(CORE_CASES, results));

    expect(plots.map(([file]) => file)).to.deep.equal([...PAGE.matchAll(/!\[.*?\]\((.*?)\)/g)].map(([, file]) => file));
    for (const [file, svg] of plots) expect(readFileSync(join(DOCS, file), 'utf8'), file).to.equal(svg);
  });

  it('names only benchmarks that exist', () => {
    const named = [...PAGE.matchAll(/npm run bench -- ([\w -]+?)(?: +#|$)/gm)].flatMap(([, names]) =>
      names!.split(' '),
    );

    expect(named).to.have.length.above(0);
    expect(CASES.map(({ name }) => name)).to.include.members(named);
  });
});

describe('withParts', () => {
  const page = 'a\n<!-- generated: x -->\nold\n<!-- end of x -->\nb';

  it('replaces only the text between the markers', () => {
    expect(withParts(page, { x: 'new' })).to.equal('a\n<!-- generated: x -->\n\nnew\n\n<!-- end of x -->\nb');
  });

  it('changes nothing the second time', () => {
    const once = withParts(page, { x: 'new' });

    expect(withParts(once, { x: 'new' })).to.equal(once);
  });

  it('throws if the page lacks the markers of a part', () => {
    expect(() => withParts(page, { y: 'new' })).to.throw('no markers for "y"');
  });
});

describe('plotSvg', () => {
  const plot = { title: 'A & B', xLabel: 'size', yLabel: 'ns <each>' };
  const curves = { x: [1, 10, 1_000], lines: { cache: [200, 300, 250], sdk: [100, 100, 120] } };

  it('is well-formed for any text', () => {
    expect(malformed(plotSvg(plot, { 'Node 20': curves }))).to.equal(undefined);
  });

  it('has a panel for each Node and a line for each of its curves', () => {
    const svg = plotSvg(plot, { 'Node 20': curves, 'Node 24': curves });

    expect(svg.match(/<polyline /g)).to.have.lengthOf(4);
    expect(svg).to.include('>Node 20<').and.to.include('>Node 24<');
  });

  it('labels both axes, units included', () => {
    const texts = [...plotSvg(plot, { 'Node 20': curves }).matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);

    expect(texts).to.include.members(['size', 'ns &lt;each>', '100', '1000', '200']);
  });

  it('places each tenfold size the same distance further right', () => {
    const svg = plotSvg(plot, { 'Node 20': { ...curves, x: [10, 100, 1_000] } });

    const [, points] = /points="([^"]*)"/.exec(svg)!;
    const [first, second, third] = points!.split(' ').map((point) => Number(point.split(',')[0]));
    expect(second! - first!).to.be.closeTo(third! - second!, 0.2);
  });

  it('keeps all points within the image', () => {
    const svg = plotSvg(plot, { 'Node 20': curves });

    const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!.map(Number);
    for (const [, x, y] of svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)) {
      expect(Number(x)).to.be.within(0, width!);
      expect(Number(y)).to.be.within(0, height!);
    }
  });
});

/** The first fault that makes a text malformed XML: a tag closed out of order, or a bare `&` or `<`. */
function malformed(xml: string): string | undefined {
  const open: string[] = [];
  const tag = /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<&]*")*)\s*(\/?)>/g;
  for (const [, closing, name, , selfClosing] of xml.matchAll(tag)) {
    if (closing && open.pop() !== name) return `</${name}>`;
    if (!closing && !selfClosing) open.push(name!);
  }
  const rest = xml.replaceAll(tag, '').replaceAll(/&(?:amp|lt|quot);/g, '');
  return open.pop() ?? /[<&].*/.exec(rest)?.[0];
}
