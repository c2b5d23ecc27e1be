import { expect } from 'chai';
import { requestShapeOf, shapeOfStatement } from '../../src/analysis/statement-shape.js';
import { spanRow } from '../model/rows.js';

describe('shapeOfStatement', () => {
  const shapes: readonly (readonly [statement: string, shape: string])[] = [
    ["SELECT * FROM t1 WHERE id = 17 AND name = 'O''Hara'", 'SELECT * FROM t1 WHERE id = ? AND name = ?'],
    ['SELECT a\n  FROM b WHERE x = -1.5e3', 'SELECT a FROM b WHERE x = ?'],
    ['SELECT * FROM t WHERE id IN (1, 2, 3)', 'SELECT * FROM t WHERE id IN (?)'],
    ['SELECT * FROM t WHERE id IN ($1, $2)', 'SELECT * FROM t WHERE id IN (?)'],
    ['INSERT INTO t VALUES (1, 2), (3, 4)', 'INSERT INTO t VALUES (?)'],
    ['SELECT "a1" FROM "order2"', 'SELECT "a1" FROM "order2"'],
    ["SELECT 'unfinished", 'SELECT ?'],
  ];

  for (const [statement, shape] of shapes) {
    it(`makes ${JSON.stringify(shape)}`, () => {
      expect(shapeOfStatement(statement)).to.equal(shape);
    });
  }

  it('takes little time for any text', () => {
    const started = process.cpuUsage().user;

    for (const part of ["'", '?,', '(?),', '1', '-', ' ', '$1', '(1,']) shapeOfStatement(part.repeat(100_000));

    expect(process.cpuUsage().user - started).to.be.below(2_000_000);
  });
});

describe('requestShapeOf', () => {
  it('leaves out ids and the query, and keeps words', () => {
    const attributes = { 'url.full': 'http://host:8080/v1/orders/4f3a9c0e1b2d4f3a/items/17?x=1' };

    expect(requestShapeOf(spanRow({ attributes }))).to.equal('http://host:8080/v1/orders/?/items/?');
  });

  it('is undefined for a span that is no request', () => {
    expect(requestShapeOf(spanRow())).to.equal(undefined);
  });
});
