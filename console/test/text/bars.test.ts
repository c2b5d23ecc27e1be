import { expect } from 'chai';
import fc from 'fast-check';
import { busyCells, sparkline, stretch } from '../../src/text/bars.js';

describe('sparkline()', () => {
  it('is as high as the counts, relative to the highest', () => {
    expect(sparkline([0, 1, 4, 8], 4)).to.equal(' ▁▄█');
  });

  it('merges counts that have no column of their own', () => {
    expect(sparkline([1, 1, 0, 0, 2, 2], 3)).to.equal('▄ █');
    expect(sparkline([], 3)).to.equal('');
  });
});

describe('stretch()', () => {
  it('lies where it lies in the whole, to half a column', () => {
    expect(stretch(0, 100, 100, 10)).to.equal('━━━━━━━━━━');
    expect(stretch(25, 55, 100, 10)).to.equal('  ╺━━╸    ');
    expect(stretch(25, 55, 100, 10, false)).to.equal('  ╶──╴    ');
  });

  it('is never empty, and always as wide as its column', () => {
    const time = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(time, time, time, fc.integer({ min: 1, max: 40 }), (from, to, whole, cells) => {
        const drawn = stretch(from, to, whole, cells);

        expect(drawn).to.have.length(cells);
        expect(drawn.trim()).to.not.equal('');
      }),
    );
  });
});

describe('busyCells()', () => {
  it('fills each column as far as it is covered', () => {
    expect(
      busyCells(
        [
          [0, 50],
          [75, 12.5],
        ],
        100,
        4,
      ),
    ).to.equal('██ ▌');
    expect(busyCells([[0, 0]], 0, 3)).to.equal('███');
  });

  it('is always as wide as its column', () => {
    const part = fc.double({ min: -10, max: 200, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(part, part), { maxLength: 12 }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (parts, whole) => {
          expect(busyCells(parts, whole, 8)).to.have.length(8);
        },
      ),
    );
  });
});
