import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { isOldestSdk } from '../sdk.js';
import { CELLS, isSupported, LINES, table, versionsOf } from './cells.js';
import { tableOf, withTable } from './versions-table.js';

const PAGE = readFileSync(new URL('../../docs/reference.md', import.meta.url), 'utf8');

describe('The matrix', () => {
  it('is the table of docs/reference.md, in which every cell has passed', () => {
    expect(tableOf(PAGE)).to.equal(table(() => true));
  });

  it('has every line on each Node that the line supports', () => {
    const missing = CELLS.filter((cell) => !isSupported(cell)).map(({ node, line }) => `${node} × ${line.name}`);

    expect(missing).to.deep.equal(['20 × 3.x']);
    expect(CELLS).to.have.lengthOf(12);
  });

  it('marks in the table a cell that has failed', () => {
    const failed = table(({ node, line }) => !(node === 24 && line.name === '3.x'));

    expect(failed.split('\n').at(-1)).to.match(/ \| needs Node\.js 22\.15 \| ✓ \| ✗ \| ✓ \|$/);
  });

  it('looks up the result of each cell by identity', () => {
    const results = new Map(CELLS.filter(isSupported).map((cell) => [cell, true]));

    expect(table((cell) => results.get(cell) ?? false)).to.equal(table(() => true));
  });

  it('starts at the oldest SDK that is supported', () => {
    expect(versionsOf(LINES[0]!)).to.deep.include(['sdk-logs', '0.203.0']);
    expect(isOldestSdk).to.equal(false);
  });

  it('leaves the page around the table unchanged', () => {
    expect(withTable(PAGE, tableOf(PAGE))).to.equal(PAGE);
    expect(() => withTable('no marks', 'a table')).to.throw('the page must contain exactly once');
  });
});
