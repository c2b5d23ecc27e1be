import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../../test/property-runs.js';
import { CharSet } from '../../../src/query/pattern/char-set.js';
import { Matcher } from '../../../src/query/pattern/matcher.js';
import { PatternError } from '../../../src/query/pattern/pattern-parser.js';

const character = fc.constantFrom('a', 'b', 'B', 'c', '1', ' ', '\n', 'é', 'ſ', '-');
const set = fc
  .tuple(fc.constantFrom('', '^'), fc.array(fc.constantFrom('a', 'b-c', '\\d', '\\s', 'é', '-'), { minLength: 1 }))
  .map(([negation, members]) => `[${negation}${members.filter((each) => each !== '-').join('') || 'a'}-]`);
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small' },
    character,
    set,
    fc.constantFrom('.', '\\d', '\\w', '\\S', '\\D', '\\W', '^', '$', '', '\\x61', '\\u00e9'),
    fc.array(tie('pattern'), { maxLength: 4 }).map((parts) => parts.join('')),
    fc.array(tie('pattern'), { minLength: 2, maxLength: 3 }).map((parts) => `(${parts.join('|')})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,}', '{0,2}', '*?', '+?'))
      .map(([part, repetition]) => `(?:${part})${repetition}`),
  ),
}));

/** 8,000 times a or b, the same for the same seed. */
function randomText(seed: number): string {
  let state = seed;
  const letter = () => ((state = (state * 48_271) % 2_147_483_647) % 2 === 0 ? 'a' : 'b');
  return Array.from({ length: 8_000 }, letter).join('');
}

describe('Matcher', () => {
  it('finds what a regular expression finds', () => {
    fc.assert(
      fc.property(pattern, fc.array(character, { maxLength: 12 }), (text, characters) => {
        const subject = characters.join('');

        expect(new Matcher(text).isIn(subject)).to.equal(new RegExp(text, 'is').test(subject));
      }),
      { numRuns: runs(8_000) },
    );
  });

  it('finds the same in one text after any earlier texts', () => {
    const matcher = new Matcher('^(a|b)*a(a|b){3}$');

    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 20 }), (characters) => {
        const text = characters.join('');
        expect(matcher.isIn(text)).to.equal(/^(a|b)*a(a|b){3}$/.test(text));
      }),
      { numRuns: runs(2_000) },
    );
  });

  it('still finds it after its states were thrown away', () => {
    const matcher = new Matcher('a[ab]{12}c$');
    const states = [1, 2, 3, 4, 5].map((seed) => {
      expect(matcher.isIn(randomText(seed))).to.equal(false);
      return matcher.states;
    });
    expect(Math.max(...states)).to.be.within(100, 500);
    expect(matcher.isIn(`${randomText(9)}a${'b'.repeat(12)}c`)).to.equal(true);
  });

  for (const hostile of [
    '(a*)*z',
    '(a|a)*z',
    '(a+)+$b',
    '(.*)*x(.*)*y',
    '([ab]*a[ab]{30})*c',
    '(x+x+)+y',
    'a*b*a*b*a*b*a*b*z',
  ]) {
    it(`is done soon with ${hostile}`, () => {
      const matcher = new Matcher(hostile);
      const text = randomText(7);
      const before = process.cpuUsage();

      expect(matcher.isIn(text)).to.equal(false);

      expect(process.cpuUsage(before).user / 1000).to.be.below(1_000);
    });
  }

  for (const [wrong, expected] of [
    ['a(b', '")"'],
    ['a)b', '"("'],
    ['[a', '"]"'],
    ['*a', 'before each of'],
    ['a**', 'before each of'],
    ['^*', 'before each of'],
    ['a{x', '{n}'],
    ['a{3,2}', '{n}'],
    ['a{101}', '{n}'],
    ['(?=a)', 'look-around'],
    ['(?<n>a)', 'look-around'],
    ['\\1', 'after each \\'],
    ['\\b', 'after each \\'],
    ['a\\', 'after each \\'],
    ['[b-a]', 'range'],
    ['[\\d-z]', 'range'],
    ['[😀]', 'U+FFFF'],
    ['(((a{99}){99}){99})', 'shorter pattern'],
    ['('.repeat(40), 'groups inside each other'],
    [
      Array.from({ length: 400 }, (_, index) => String.fromCharCode(0x4e00 + 2 * index)).join('') + '.',
      'fewer different',
    ],
  ] as const) {
    it(`explains the error in ${wrong.slice(0, 24)}`, () => {
      expect(() => new Matcher(wrong)).to.throw(PatternError, expected);
    });
  }

  it('reads a letter as the two cases of it, also outside of ASCII', () => {
    expect(new Matcher('ÄRGER.').isIn('ärgerx')).to.equal(true);
    expect(new Matcher('[à-ý]$').isIn('ÀÝ')).to.equal(true);
  });

  it('reads each letter as the regular expression does that ignores case', () => {
    const letters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
      (letter) => letter.toUpperCase() !== letter || letter.toLowerCase() !== letter,
    );
    const all = letters.join('');
    for (const letter of letters) {
      const set = CharSet.of(letter.charCodeAt(0)).inAnyCase();

      expect(letters.filter((other) => set.has(other.charCodeAt(0))).join('')).to.equal(
        all.match(new RegExp(letter, 'gi'))!.join(''),
      );
    }
  });
});
