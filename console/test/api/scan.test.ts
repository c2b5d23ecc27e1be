import { expect } from 'chai';
import { Budget } from '../../src/api/budget.js';
import { Scan, type ScanPlace } from '../../src/api/scan.js';
import { spanTest } from '../../src/api/span-test.js';
import { History } from '../../src/history/history.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import { type Query, queryParser } from '../../src/query/index.js';
import { bigTrace, halfOfDuration, logEvent, spanRow, traceRow } from '../query/rows.js';
import { orderTrace, START, testConsole } from './test-console.js';

function parse(text: string): Query {
  return queryParser(halfOfDuration)(text) as Query;
}

/** The time is over when it was looked at so often. */
function budgetOf(looks: number): Budget {
  let looked = 0;
  // The first look is that of the start.
  return new Budget(() => (looked++ > looks ? 1 : 0), 1);
}

function historyOf(...traces: TraceRow[]): History {
  const history = new History({ maxSpans: 1e6, maxBytes: 2 ** 40 });
  // The newest comes first in a scan.
  for (const trace of traces.toReversed()) history.add(trace, START);
  return history;
}

const WINDOW = { from: 0, to: START + 1 };

/** Traces whose ids descend, as in a scan. */
function named(...names: string[]): TraceRow[] {
  const traces = names.map((name) => traceRow(spanRow({ name })));
  const ids = traces.map(({ id }) => id).toReversed();
  return traces.map((trace, index) => ({ ...trace, id: ids[index]! }));
}

/** Texts that a pattern with nested repetitions takes long for: written once, because they have 800,000 letters. */
const HOSTILE_TEXTS = (() => {
  let random = 1;
  const letter = () => ((random = (random * 48_271) % 2_147_483_647) % 2 === 0 ? 'a' : 'b');
  return Array.from({ length: 100 }, () => Array.from({ length: 8_000 }, letter).join(''));
})();

function hostileTrace(): TraceRow {
  const events = HOSTILE_TEXTS.map((body) => logEvent(body));
  return traceRow(...Array.from({ length: 10 }, () => spanRow({ events, start: START })));
}

const HOSTILE = 'log ~ "([ab]*a[ab]{60})*c"';

/** Searches with a time that is over when the clock was looked at so often, again and again until all is done. */
function searched(history: History, query: Query, looks: number) {
  const found: TraceRow[] = [];
  const places: ScanPlace[] = [];
  let [most, givenUp] = [0, 0];
  for (let place: ScanPlace | undefined; ;) {
    let looked = -1;
    const scan = new Scan(history, WINDOW, new Budget(() => ++looked, looks), place);
    found.push(...scan.matching(query));
    most = Math.max(most, looked);
    givenUp += scan.givenUp;
    if (!scan.interrupted) return { found, places, most, givenUp };
    places.push((place = scan.place));
    expect(places.length, 'interruptions').to.be.below(1_000);
  }
}

describe('Scan', () => {
  it('finds the traces that match, to the end', () => {
    const traces = named('odd', 'even', 'odd', 'even');
    const scan = new Scan(historyOf(...traces), WINDOW, budgetOf(1_000));

    expect([...scan.matching(parse('odd'))]).to.deep.equal([traces[0], traces[2]]);
    expect(scan).to.deep.include({ interrupted: false, givenUp: 0, place: { before: traces[3]!.id, span: 0 } });
  });

  it('finds every trace that matches, however often it is interrupted', () => {
    const traces = named(...Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 'even' : 'odd')));

    const { found, places, givenUp } = searched(historyOf(...traces), parse('odd'), 2);

    expect(places.length).to.be.above(1);
    expect(found).to.deep.equal(traces.filter((_, index) => index % 2 === 1));
    expect(givenUp).to.equal(0);
  });

  it('looks at one small trace even if the time is over at once', () => {
    const traces = named('even', 'even');
    const scan = new Scan(historyOf(...traces), WINDOW, budgetOf(0));

    const [first] = scan.matching(parse('even'));

    expect(first).to.equal(traces[0]);
    expect(scan.givenUp).to.equal(0);
  });

  it('stops within a large trace, also while a relation is computed, and finds the same later', () => {
    for (const text of ['nothing or name = "step 49"', 'not child(name = nothing) and count(name = nothing) = 0']) {
      const [small] = named('small');
      const large = { ...bigTrace(5_000), id: small!.id - 1 };
      const history = historyOf(small!, large);
      const scan = new Scan(history, WINDOW, budgetOf(1));
      const query = parse(text);

      const found = [...scan.matching(query)];

      expect(found).to.not.include(large);
      expect(scan).to.include({ interrupted: true, givenUp: 0 });
      expect(scan.place.before).to.equal(small!.id);
      const next = new Scan(history, WINDOW, budgetOf(1e6), scan.place);
      expect([...next.matching(query)]).to.deep.equal([large]);
    }
  });

  it('stops within a trace of 50,000 spans, goes on there, and finds its last span', () => {
    const older = traceRow(spanRow({ name: 'last' }));
    const spans = Array.from({ length: 50_000 }, (_, index) => spanRow({ name: index === 49_999 ? 'last' : 'step' }));
    const large = traceRow(...spans);
    const newer = traceRow(spanRow({ name: 'other' }));

    const { found, places, most, givenUp } = searched(historyOf(newer, large, older), parse('name = last'), 100);

    expect(found).to.deep.equal([large, older]);
    expect(places.filter(({ span }) => span > 0).length).to.be.above(10);
    expect(most).to.be.at.most(101);
    expect(givenUp).to.equal(0);
  });

  it('gives up a trace if a relation or a count of it takes the whole time', () => {
    const older = traceRow(spanRow({ name: 'other' }));
    const large = bigTrace(50_000);

    for (const text of ['not child(name = nothing)', 'count(name = nothing) = 0']) {
      const { found, places, most, givenUp } = searched(historyOf(large, older), parse(text), 100);

      expect(found).to.deep.equal([older]);
      expect(places).to.have.length(1);
      expect(most).to.be.at.most(101);
      expect(givenUp).to.equal(1);
      expect(searched(historyOf(large, older), parse(text), 10_000).found).to.deep.equal([large, older]);
    }
  });

  it('gives up a trace one span of which takes the whole time, and gets on', () => {
    const older = traceRow(spanRow({ name: 'odd' }));
    const hostile = hostileTrace();
    const newer = traceRow(spanRow({ name: 'odd' }));

    const { found, most, givenUp } = searched(historyOf(newer, hostile, older), parse(`${HOSTILE} or odd`), 100);

    expect(found).to.deep.equal([newer, older]);
    expect(most).to.be.at.most(101);
    expect(givenUp).to.equal(1);
  });

  it('gives up a trace that takes the whole time alone, and gets on', () => {
    const [first, , last] = named('odd', '', 'odd');
    const hostile = { ...hostileTrace(), id: last!.id + 1 };
    const history = historyOf(first!, hostile, last!);
    const found: TraceRow[] = [];
    const results: number[] = [];

    for (let place: ScanPlace | undefined, goOn = true; goOn;) {
      const before = process.cpuUsage();
      const cpuMillis = () => process.cpuUsage(before).user / 1_000;
      const scan = new Scan(history, WINDOW, new Budget(cpuMillis, 50), place);
      found.push(...scan.matching(parse(`${HOSTILE} or odd`)));
      // All of it would take more than ten seconds.
      expect(cpuMillis()).to.be.below(2_000);
      results.push(scan.givenUp);
      place = scan.place;
      goOn = scan.interrupted;
    }

    expect(results).to.deep.equal([0, 1, 0]);
    expect(found).to.deep.equal([first, last]);
  });
});

describe('A query that is slow on purpose', () => {
  for (const [name, ask] of [
    ['traces', (api) => api.traces({ query: HOSTILE })],
    ['stacks', (api) => api.stacks({ query: HOSTILE })],
    ['time', (api) => api.time({ query: HOSTILE })],
    ['slow', (api) => api.slow({ query: HOSTILE })],
    ['logs', (api) => api.logs({ query: HOSTILE })],
    ['errors', (api) => api.errors({ query: HOSTILE })],
  ] as [string, (api: ReturnType<typeof testConsole>['api']) => { readonly partial: boolean }][]) {
    it(`gets a partial answer of ${name}`, () => {
      const { api, add, clock } = testConsole();
      add(...Array.from({ length: 3 }, () => ({ ...hostileTrace(), failed: 0, logs: 1_000 })));
      const failing = hostileTrace();
      const failed = failing.spans.map((span) => ({ ...span, status: 2, statusMessage: 'broken' }));
      add({ ...failing, spans: failed, root: failed[0]!, failed: failed.length, logs: 1_000 });
      add(orderTrace());
      const before = process.cpuUsage();
      clock.elapsed = () => process.cpuUsage(before).user / 1_000;

      const answer = ask(api);

      expect(answer.partial).to.equal(true);
      // All of it would take more than ten seconds.
      expect(clock.elapsed()).to.be.below(2_000);
    });
  }

  it('has the number of traces that it gave up in the answer', () => {
    const { api, add, clock } = testConsole();
    add(hostileTrace());
    const before = process.cpuUsage();
    clock.elapsed = () => process.cpuUsage(before).user / 1_000;

    expect(api.traces({ query: HOSTILE })).to.deep.include({ rows: [], givenUp: 1, partial: true });
  });
});

describe('spanTest()', () => {
  it('matches no span once the time is over', () => {
    const trace = traceRow(spanRow({ name: 'odd' }));
    const budget = budgetOf(0);
    const test = spanTest(parse('odd'), budget);
    const before = test(trace.root, trace);

    budget.isOver();

    expect([before, test(trace.root, trace)]).to.deep.equal([true, false]);
  });

  it('looks at the clock also between the spans of one trace', () => {
    const large = bigTrace(10_000);
    let looked = -1;
    const budget = new Budget(() => ++looked, 50);
    const test = spanTest(parse('not name = nothing'), budget);

    const matching = large.spans.filter((span) => test(span, large));

    expect(matching.length).to.be.within(50, 3_200);
    expect(budget.over).to.equal(true);
    expect(looked).to.equal(50);
  });
});
