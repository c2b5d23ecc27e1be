import { expect } from 'chai';
import fc from 'fast-check';
import { matchesPattern } from '../../../../src/cache/intake/filter/wildcard.js';
import { runs } from '../../../property-runs.js';

/** The definition, word for word: slow, and beyond doubt. */
function reference(name: string, pattern: string): boolean {
  if (pattern === '') return name === '';
  const [first] = pattern;
  const rest = pattern.slice(1);
  if (first === '*') return reference(name, rest) || (name !== '' && reference(name.slice(1), pattern));
  return name !== '' && (first === '?' || first === name[0]) && reference(name.slice(1), rest);
}

const text = (units: readonly string[], maxLength: number) => fc.string({ unit: fc.constantFrom(...units), maxLength });

describe('matchesPattern()', () => {
  it('reads * as any characters, ? as one, and any other literally', () => {
    fc.assert(
      fc.property(text(['a', 'a', 'b', '\n'], 10), text(['a', 'a', 'b', '\n', '*', '?'], 8), (name, pattern) => {
        expect(matchesPattern(name, pattern)).to.equal(reference(name, pattern));
      }),
      { numRuns: runs(3_000) },
    );
  });

  it('terminates for any number of * in a pattern', () => {
    const name = 'a'.repeat(10_000);

    expect(matchesPattern(name, `${'*a'.repeat(50)}*b`)).to.equal(false);
    expect(matchesPattern(name, `${'*a'.repeat(50)}?*`)).to.equal(true);
  });
});
