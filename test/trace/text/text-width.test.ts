import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { isWide, wideCharactersSource } from '../../../.ci/wide-characters.js';
import { startOf, textWidth } from '../../../src/trace/text/text-width.js';

const LAST_CODE_POINT = 0x10ffff;

describe('textWidth', () => {
  const cases: [text: string, width: number][] = [
    ['', 0],
    ['Größe', 5],
    ['注文', 4],
    ['✅❌⚡⭐🟢', 10],
    ['❤\ufe0f', 2],
    ['1\ufe0f\u20e3', 2],
    ['🇩🇪', 4],
    ['e\u0300', 1],
    ['e\u0301', 1],
    ['می\u200cخواهم', 7],
    ['नि', 2],
  ];
  for (const [text, width] of cases) {
    it(`measures ${text || 'nothing'} as ${width} columns`, () => {
      expect(textWidth(text)).to.equal(width);
    });
  }

  it('counts each emoji of a sequence, which some terminals show one by one', () => {
    expect(textWidth('👩‍💻')).to.equal(4);
  });

  it("counts two columns exactly for characters that are wide in Unicode's data", () => {
    const wrong: string[] = [];
    for (let codePoint = 0; codePoint <= LAST_CODE_POINT; codePoint++) {
      const isTwo = textWidth(String.fromCodePoint(codePoint)) === 2;
      if (isTwo !== isWide(codePoint)) wrong.push(codePoint.toString(16));
    }

    expect(wrong).to.deep.equal([]);
  });

  it('matches the data of the installed package', () => {
    const table = new URL('../../../src/trace/text/wide-characters.ts', import.meta.url);

    expect(readFileSync(table, 'utf8')).to.equal(wideCharactersSource());
  });
});

describe('startOf', () => {
  it('keeps combining marks of the last character that fits', () => {
    expect(startOf('ae\u0301b', 2)).to.equal('ae\u0301');
  });
});
