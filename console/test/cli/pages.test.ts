import { expect } from 'chai';
import fc from 'fast-check';
import { collectPages, type Page } from '../../src/cli/commands/pages.js';
import { COVERAGE } from './fake-console.js';

/** A list that is answered in pages: each looks at some rows only, as one whose time is over. */
function paged(rows: readonly number[], looks: readonly number[]) {
  let answers = 0;
  return ({ limit, cursor }: { limit: number; cursor: string | undefined }): Promise<Page<number>> => {
    const from = Number(cursor ?? 0);
    const look = Math.min(limit, looks[answers++ % looks.length]!);
    const to = Math.min(rows.length, from + look);
    return Promise.resolve({
      rows: rows.slice(from, to),
      matched: to - from,
      partial: to < rows.length,
      givenUp: 0,
      cursor: to < rows.length ? String(to) : null,
      coverage: COVERAGE,
    });
  };
}

describe('collectPages()', () => {
  it('gives the first rows, however the answers are cut, and says whether there are more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        async (rows, looks, limit) => {
          const found = await collectPages(limit, paged(rows, looks));

          expect(found.rows).to.deep.equal(rows.slice(0, limit));
          expect(found.more).to.equal(rows.length > limit);
          expect(found.partial).to.equal(false);
        },
      ),
    );
  });

  it('goes on through answers without a row', async () => {
    const rows = Array.from({ length: 3 }, (_, index) => index);
    let empty = 5;
    const answer = paged(rows, [10]);

    const found = await collectPages(10, (more) => {
      if (empty-- > 0)
        return Promise.resolve({ rows: [], matched: 0, partial: true, givenUp: 1, cursor: '0', coverage: COVERAGE });
      return answer(more);
    });

    expect(found).to.deep.include({ rows, partial: false, more: false, givenUp: 5 });
  });

  it('gives up at a console that never comes to an end, and says so', async () => {
    let answers = 0;
    const found = await collectPages(10, () => {
      answers++;
      return Promise.resolve({ rows: [], matched: 0, partial: true, givenUp: 0, cursor: 'x', coverage: COVERAGE });
    });

    expect([found.rows, found.partial, answers]).to.deep.equal([[], true, 50]);
  });
});
