import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { COMPILERS } from './versions.js';

const PAGE = readFileSync(new URL('../../docs/reference.md', import.meta.url), 'utf8');

describe('The compilers that the declarations are tested with', () => {
  it('begin with the oldest one that docs/reference.md names', () => {
    const [, oldest] = /The types need TypeScript (\d+\.\d+) or newer/.exec(PAGE) ?? [];

    expect(COMPILERS[0]!.version).to.equal(oldest);
  });

  it('are in the order of their versions, the newest one last', () => {
    const numbers = COMPILERS.map(({ version }) => Number(version));

    expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b));
  });
});
