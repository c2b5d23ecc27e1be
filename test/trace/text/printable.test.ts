import { expect } from 'chai';
import fc from 'fast-check';
import { printable } from '../../../src/trace/text/printable.js';
import { hostileValue } from '../../hostile-values.js';

describe('printable', () => {
  it('writes any value on one line without control characters, no longer than it may be', () => {
    fc.assert(
      fc.property(hostileValue, fc.integer({ min: 1, max: 2_000 }), (make, maxLength) => {
        const text = printable(make(), maxLength);

        expect(text).to.have.lengthOf.at.most(maxLength);
        expect(text).to.match(/^(?:[\u200c\u200d]|[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}])*$/u);
      }),
    );
  });

  it('removes sequences that write to the clipboard', () => {
    expect(printable('\x1b]52;c;Zm9v\x07')).to.equal('\\x1b]52;c;Zm9v\\x07');
  });

  it('writes unprintable characters as JavaScript does', () => {
    const written: Record<string, string> = {
      '\n': '\\n',
      '\u0085': '\\x85',
      '\u061c': '\\u061c',
      '\u202e': '\\u202e',
      '\u{e0001}': '\\u{e0001}',
    };

    for (const [char, escape] of Object.entries(written)) expect(printable(`a${char}b`)).to.equal(`a${escape}b`);
  });

  it('cuts a name of 100,000 characters', () => {
    expect(printable('x'.repeat(100_000))).to.equal(`${'x'.repeat(999)}…`);
  });
});
