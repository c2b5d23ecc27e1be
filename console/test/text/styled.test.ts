import { expect } from 'chai';
import fc from 'fast-check';
import { beside, columnsOf, cut, flow, left, painted, piece, right, type Line } from '../../src/text/styled.js';
import { visible } from '../../src/text/visible.js';
import { codePoint } from '../../../test/code-point.js';

const lines = fc.array(
  fc.string({ unit: codePoint, maxLength: 20 }).map((text) => piece(text)),
  { maxLength: 5 },
);

const plain = (line: Line): string => painted(line, false);

describe('visible()', () => {
  it('writes characters that a terminal would act on as escapes', () => {
    expect(visible('a\x1b[31mb\r\n\tc\x07\u202e\u2028\u{e0001}\ud800')).to.equal(
      String.raw`a\x1b[31mb\r\n\tc\x07\u202e\u2028\u{e0001}\ud800`,
    );
  });

  it('keeps emoji, their joiners and letters of any script', () => {
    expect(visible('日本 👩\u200d💻 é')).to.equal('日本 👩\u200d💻 é');
  });

  it('cuts a long text', () => {
    expect(visible('x'.repeat(5), 3)).to.equal('xxx…');
  });
});

describe('painted()', () => {
  it('has no escape sequence without colours, for any text', () => {
    fc.assert(
      fc.property(lines, (line) => {
        // oxlint-disable-next-line no-control-regex -- these are meant
        expect(plain(line)).to.not.match(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });

  it('ends each piece in a reset', () => {
    expect(painted([piece('a', 'red'), piece('b'), piece('', 'dim')], true)).to.equal('\x1b[31ma\x1b[0mb');
  });
});

describe('cut()', () => {
  it('never exceeds the width', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 40 }), (line, width) => {
        expect(columnsOf(cut(line, width))).to.be.at.most(width);
      }),
    );
  });

  it('marks the place', () => {
    expect(plain(cut([piece('abc'), piece('def')], 5))).to.equal('abcd…');
    expect(plain(cut([piece('abc'), piece('def')], 6))).to.equal('abcdef');
    expect(plain(cut([piece('日本語')], 4))).to.equal('日…');
  });
});

describe('left() and right()', () => {
  it('fill exactly the width', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 40 }), (line, width) => {
        expect(columnsOf(left(line, width))).to.equal(width);
        expect(columnsOf(right(line, width))).to.equal(width);
      }),
    );
  });

  it('put the text on their side', () => {
    expect(plain(beside(left([piece('a')], 3), right([piece('b')], 3)))).to.equal('a      b');
  });
});

describe('flow()', () => {
  it('breaks between parts, and cuts a part that is too long', () => {
    const parts = ['one', 'two', 'three', 'a long part'].map((text) => [piece(text)]);

    expect(flow(parts, 10).map(plain)).to.deep.equal(['one  two', 'three', 'a long pa…']);
  });

  it('has no line for no part', () => {
    expect(flow([], 10)).to.deep.equal([]);
  });
});
