import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cellsOf, DocPage, ROOT } from './doc-page.js';

const DELIMITER = /^ *\|(?: *:?-+:? *\|)+$/;

/** The rows that GitHub would show as text, or with other columns than their header. */
function brokenRows(page: string): string[] {
  const tables = page.replaceAll(/^ *```.*?^ *```$/gms, '').matchAll(/^ *\|.*(?:\n *\|.*)*/gm);
  return [...tables].flatMap(([table]) => {
    const [header, delimiter = '', ...rows] = table.split('\n') as [string, ...string[]];
    if (DELIMITER.test(header) || !DELIMITER.test(delimiter)) return [header];
    const columns = cellsOf(header).length;
    const isBroken = (row: string) => cellsOf(row).length !== columns;
    return [delimiter, ...rows].filter((row, i) => isBroken(row) || (i > 0 && DELIMITER.test(row)));
  });
}

function pagesIn(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.md')).map((file) => `${folder}/${file}`);
}

describe('The tables of Markdown pages', () => {
  const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'console/README.md'];
  for (const page of [...pages, ...pagesIn('docs'), ...pagesIn('console/docs')]) {
    it(`are whole: ${page}`, () => {
      expect(brokenRows(new DocPage(page).text)).to.deep.equal([]);
    });
  }

  for (const [fault, page, broken] of [
    ['a row after a blank line', '| a |\n| --- |\n| b |\n\n| c |\n| d |\n', '| c |'],
    ['a delimiter without a header', 'a\n\n| --- |\n| b |\n', '| --- |'],
    ['a second delimiter', '| a |\n| --- |\n| b |\n| :-- |\n', '| :-- |'],
    ['a header with more cells than its delimiter', '| a | b |\n| --- |\n', '| --- |'],
    ['a row with an unescaped bar', '| a |\n| --- |\n| `b|c` |\n', '| `b|c` |'],
  ] as const) {
    it(`are broken by ${fault}`, () => {
      expect(brokenRows(page)).to.deep.equal([broken]);
    });
  }
});
