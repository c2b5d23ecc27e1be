import { expect } from 'chai';
import fc from 'fast-check';
import { Columns, Id, ROW_IDS } from '../../../src/cache/store/columns.js';

/** Columns with these ids, packed. */
function packed(...rows: string[]): Columns {
  const columns = new Columns(rows.length);
  columns.ids = rows.join('');
  columns.pack();
  return columns;
}

const hex = fc.stringMatching(new RegExp(`^[0-9a-f]{${ROW_IDS}}$`));
const text = fc
  .array(fc.constantFrom('0', 'a', 'f', 'A', 'g', ' ', 'é', 'İ', '\u0100'), { minLength: ROW_IDS, maxLength: ROW_IDS })
  .map((characters) => characters.join(''));

describe('Columns, packed', () => {
  it('return the ids of each row unchanged, whichever characters they contain', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(hex, text), { minLength: 1, maxLength: 4 }), (rows) => {
        const columns = packed(...rows);

        expect(rows.map((_, row) => columns.idsOf(row))).to.deep.equal(rows);
      }),
    );
  });

  it('release the memory of larger spans that were there before', () => {
    const columns = new Columns(1);
    for (const count of [1_000, 2, 3, 1]) {
      columns.clear();
      for (let i = 0; i < count; i++) columns.put(i);
      columns.pack();

      expect(columns.values.length, `${count} values`).to.be.at.most(Math.max(4, count));
    }
  });

  it('keep ids in lower-case hex as bytes, not as text', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(hex, text), { minLength: 1, maxLength: 4 }), (rows) => {
        const isHex = rows.every((ids) => /^[0-9a-f]*$/.test(ids));

        expect(packed(...rows).ids === '').to.equal(isHex);
      }),
    );
  });

  it('replace the ids of one row, and keep the ids of the other rows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(hex, text), { minLength: 3, maxLength: 3 }),
        fc.oneof(hex, text),
        (rows, others) => {
          const columns = packed(...rows);
          const before = columns.ids;

          columns.ids += others;
          columns.overwriteIds(1, before);

          expect([0, 1, 2].map((row) => columns.idsOf(row))).to.deep.equal([rows[0], others, rows[2]]);
          expect(columns.ids === '').to.equal(before === '' && /^[0-9a-f]*$/.test(others));
        },
      ),
    );
  });

  it('find a row by its span id', () => {
    fc.assert(
      fc.property(hex, hex, (ids, others) => {
        const [spanId, other] = [ids, others].map((each) => each.slice(Id.SPAN, Id.PARENT)) as [string, string];
        const columns = packed(ids, others);

        expect(columns.hasSpanId(0, spanId, Buffer.from(spanId, 'hex'))).to.equal(true);
        expect(columns.hasSpanId(1, other, Buffer.from(other, 'hex'))).to.equal(true);
        expect(columns.hasSpanId(0, other, Buffer.from(other, 'hex'))).to.equal(spanId === other);
      }),
    );
  });

  it('release the memory into which their values grew', () => {
    const columns = new Columns(1);
    for (let i = 0; i < 3; i++) columns.put(i);
    columns.end = 2;

    columns.pack();

    expect(columns.values).to.deep.equal([0, 1]);
  });
});
