import { expect } from 'chai';
import { paintColors, paintNothing } from '../../src/format/styles.js';
import { cut, flow, paint, piece, widthOf, type Text } from '../../src/format/text.js';

const plain = (text: Text): string => paint(text, paintNothing);
const texts = (...contents: string[]): Text[] => contents.map((content) => [piece(content)]);

describe('piece', () => {
  const cases: [what: string, text: string, printed: string][] = [
    ['a new line', 'a\nb\r\n', 'a\\nb\\r\\n'],
    ['a tab', 'a\tb', 'a\\tb'],
    ['an escape sequence', '\x1b[2J', '\\x1b[2J'],
    ['a C1 control character', '\x9b2J', '\\x9b2J'],
    ['a delete character', '\x7f', '\\x7f'],
    ['a line separator', '\u2028', '\\u2028'],
    ['a reversal of direction', '\u202egnp', '\\u202egnp'],
    ['an invisible tag', '\u{e0041}', '\\u{e0041}'],
    ['a lone surrogate', '\ud83d', '\\ud83d'],
  ];
  for (const [what, text, printed] of cases) {
    it(`escapes ${what}`, () => {
      expect(piece(text).text).to.equal(printed);
    });
  }

  it('leaves text of any script, and emoji, as they are', () => {
    for (const text of ['Größe', 'заказ', '注文', '👩‍💻', 'C:\\temp', 'می‌خواهم']) {
      expect(piece(text).text).to.equal(text);
    }
  });
});

describe('cut', () => {
  it('leaves a text that fits', () => {
    expect(plain(cut([piece('abc'), piece('def')], 6))).to.equal('abcdef');
  });

  it('ends a longer text in an ellipsis', () => {
    expect(plain(cut([piece('abc'), piece('def')], 5))).to.equal('abcd…');
  });

  it('shows that a piece is missing if the previous one just fits', () => {
    expect(plain(cut([piece('abc'), piece('def')], 3))).to.equal('ab…');
  });

  it('counts two columns for East Asian characters and emoji', () => {
    const cutText = cut([piece('注文を受け取りました')], 8);

    expect(plain(cutText)).to.equal('注文を…');
    expect(widthOf(cutText)).to.equal(7);
    expect(widthOf([piece('🚀')])).to.equal(2);
  });

  it('never splits a character of two code units', () => {
    expect(plain(cut([piece('🚀🚀')], 3))).to.equal('🚀…');
  });
});

describe('flow', () => {
  it('places as many parts on a line as fit', () => {
    expect(flow(texts('aa', 'bb', 'cc'), 6).map(plain)).to.deep.equal(['aa  bb', 'cc']);
  });

  it('cuts a part that is longer than a line', () => {
    expect(flow(texts('aa', 'b'.repeat(9)), 6).map(plain)).to.deep.equal(['aa', 'bbbbb…']);
  });

  it('returns no line without parts', () => {
    expect(flow([], 6)).to.deep.equal([]);
  });
});

describe('paintColors', () => {
  it('resets the style after each piece', () => {
    expect(paint([piece('a', 'red'), piece('b'), piece('c', 'boldRed')], paintColors)).to.equal(
      '\x1b[31ma\x1b[0mb\x1b[1;31mc\x1b[0m',
    );
  });
});
