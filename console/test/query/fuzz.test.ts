import { expect } from 'chai';
import fc from 'fast-check';
import { checkUntil, runs } from '../../../test/property-runs.js';
import { parse } from '../../src/query/parser.js';
import { print } from '../../src/query/print.js';
import { Query, queryParser, ValueIndex, complete } from '../../src/query/index.js';
import { MAX_LENGTH, type Node } from '../../src/query/syntax.js';
import { bigTrace, halfOfDuration, logEvent, logRow } from './rows.js';
import { anyText, VALID } from './queries.js';

const parseQuery = queryParser(halfOfDuration);
const trace = bigTrace(100);
const log = logRow(logEvent('stock of 3 reserved', 9, { sku: 'A3' }));

/** The tree without places: its meaning. */
function meaning(node: Node | undefined): unknown {
  return JSON.parse(
    JSON.stringify(node ?? null, (name, value: unknown) =>
      name === 'at' || name === 'length' || name === 'operatorPlace' ? undefined : value,
    ),
  );
}

/** CPU time in milliseconds. */
function timeOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1000;
}

describe('Any text as a query', () => {
  it('is a query or a failure with a place, and looks at spans and logs without throwing, in less than 200 ms', () => {
    const met = { queries: 0, failures: 0 };

    fc.assert(
      fc.property(anyText, (text) => {
        const work = () => {
          const result = parseQuery(text);
          if (result instanceof Query) {
            met.queries++;
            const found = trace.spans.some((span) => result.matchesSpan(span, trace));
            expect(result.matchesTrace(trace)).to.equal(found);
            expect(result.matchesLog(log)).to.be.a('boolean');
            expect(result.matchesEvent(log.event, trace.root, trace)).to.be.a('boolean');
          } else {
            met.failures++;
            expect(result.error).to.match(/^Expected .*\.$/s);
            expect(result.at).to.be.within(0, text.length);
            expect(result.at! + result.length!).to.be.within(0, text.length);
          }
        };

        expect(timeOf(work)).to.be.below(200);
      }),
      { numRuns: runs(20_000) },
    );
    expect(met.queries).to.be.above(100);
    expect(met.failures).to.be.above(100);
  });

  it('means the same after it was printed and parsed again', async () => {
    let parsed = 0;
    const roundTrips = fc.property(anyText, (text) => {
      if (!(parseQuery(text) instanceof Query)) return;
      const node = parse(text);
      const printed = node === undefined ? '' : print(node);
      if (printed.length > MAX_LENGTH) return;

      expect(meaning(parse(printed)), printed).to.deep.equal(meaning(node));
      parsed++;
    });

    await checkUntil(
      () => parsed > 500,
      () => fc.assert(roundTrips, { numRuns: runs(10_000) }),
    );
    expect(parsed).to.be.above(500);
  });

  for (const text of VALID) {
    it(`is valid: ${text}`, () => {
      expect(parseQuery(text)).to.be.instanceOf(Query);
    });
  }

  it('is completed anywhere without throwing', () => {
    const values = new ValueIndex();
    for (const span of trace.spans) values.add(span);

    fc.assert(
      fc.property(anyText, fc.nat(60), (text, at) => {
        const { from, to, items } = complete(text, at, values);

        expect(from).to.be.within(0, Math.min(at, text.length));
        expect(to).to.be.within(from, text.length);
        expect(items.length).to.be.at.most(50);
      }),
      { numRuns: runs(2_000) },
    );
  });
});
