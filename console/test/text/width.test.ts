import { expect } from 'chai';
import fc from 'fast-check';
import { eastAsianWidth } from 'get-east-asian-width';
import { startOf, widthOf } from '../../src/text/width.js';
import { codePoint } from '../../../test/code-point.js';

const COMBINING = /^[\p{Mn}\p{Me}]$/u;

describe('widthOf()', () => {
  it('gives two columns to every character that Unicode calls wide', () => {
    const narrow: string[] = [];
    for (let codePoint = 0x300; codePoint <= 0x10_ffff; codePoint++) {
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
      const char = String.fromCodePoint(codePoint);
      if (eastAsianWidth(codePoint) === 2 && widthOf(char) < 2 && !COMBINING.test(char)) narrow.push(char);
    }

    expect(narrow).to.deep.equal([]);
  });

  it('gives none to accents, and one to the letters of other scripts', () => {
    expect(widthOf('e\u0301')).to.equal(1);
    expect(widthOf('Grüße Жук ελ')).to.equal(12);
  });
});

describe('startOf()', () => {
  it('never exceeds the width, and is the longest start that does not', () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint }), fc.nat(30), (text, width) => {
        const start = startOf(text, width);
        const next = text.codePointAt(start.length);

        expect(text.startsWith(start)).to.equal(true);
        expect(widthOf(start)).to.be.at.most(width);
        if (next !== undefined) expect(widthOf(start + String.fromCodePoint(next))).to.be.greaterThan(width);
      }),
    );
  });
});
