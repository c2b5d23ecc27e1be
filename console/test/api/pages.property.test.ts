import { expect } from 'chai';
import fc from 'fast-check';
import type { TraceSummary, TracesRequest } from '../../src/api/schemas.js';
import { mergePages } from '../../src/cli/commands/pages.js';
import { ORDERS } from '../../src/cli/commands/traces.js';
import { runs } from '../../../test/property-runs.js';
import { orderTrace, testConsole, type TestConsole } from './test-console.js';

type Sort = NonNullable<TracesRequest['sort']>;

const SORTS: readonly Sort[] = ['newest', 'slowest', 'spans', 'errors'];

const keyOf = {
  newest: ({ id }: TraceSummary) => id,
  slowest: ({ duration }: TraceSummary) => duration,
  spans: ({ spans }: TraceSummary) => spans,
  errors: ({ failed }: TraceSummary) => failed,
};

/** A clock by which the time for an answer is over after some looks at it. */
function jumpyClock(looks: readonly number[]): () => number {
  let answers = 0;
  let looksLeft = 0;
  let now = 0;
  return () => {
    if (looksLeft-- <= 0) {
      looksLeft = looks[answers++ % looks.length]!;
      now += 1_000;
    }
    return now;
  };
}

function consoleOf(traces: readonly { duration: number; queries: number; fails: boolean }[]): TestConsole {
  const console = testConsole();
  for (const trace of traces) console.add(orderTrace(trace));
  return console;
}

/** All pages, until there is no cursor. */
function pagesOf({ api }: TestConsole, request: TracesRequest) {
  const pages = [];
  let cursor: string | null = null;
  do {
    const page = api.traces({ ...request, ...(cursor === null ? {} : { cursor }) });
    pages.push(page);
    ({ cursor } = page);
  } while (cursor !== null && pages.length < 500);
  return pages;
}

const trace = fc.record({
  duration: fc.integer({ min: 1, max: 20 }),
  queries: fc.integer({ min: 0, max: 4 }),
  fails: fc.boolean(),
});

describe('Pages of traces', () => {
  it('have every row once, in the order, if the time suffices', () => {
    fc.assert(
      fc.property(
        fc.array(trace, { maxLength: 40 }),
        fc.constantFrom(...SORTS),
        fc.integer({ min: 1, max: 9 }),
        (traces, sort, limit) => {
          const rows = pagesOf(consoleOf(traces), { sort, limit }).flatMap((page) => page.rows);
          const sorted = [...rows].sort((a, b) => keyOf[sort](b) - keyOf[sort](a) || b.id - a.id);

          expect(rows).to.deep.equal(sorted);
          expect(new Set(rows.map(({ id }) => id)).size).to.equal(traces.length);
          expect(rows).to.have.length(traces.length);
        },
      ),
      { numRuns: runs(200) },
    );
  });

  it('lose no row, and end, if the time is over again and again', () => {
    fc.assert(
      fc.property(
        fc.array(trace, { minLength: 1, maxLength: 60 }),
        fc.constantFrom(...SORTS),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
        (traces, sort, limit, looks) => {
          const console = consoleOf(traces);
          console.clock.elapsed = jumpyClock(looks);

          const pages = pagesOf(console, { sort, limit });

          expect(pages.at(-1)!.cursor).to.equal(null);
          expect(new Set(pages.flatMap((page) => page.rows).map(({ id }) => id)).size).to.equal(traces.length);
        },
      ),
      { numRuns: runs(200) },
    );
  });

  it('merged until one is not partial, have the first rows of all', () => {
    fc.assert(
      fc.property(
        fc.array(trace, { minLength: 20, maxLength: 80 }),
        fc.constantFrom(...SORTS),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 }),
        (traces, sort, limit, looks) => {
          const console = consoleOf(traces);
          const expected = console.api.traces({ sort, limit }).rows.map(({ id }) => id);
          console.clock.elapsed = jumpyClock(looks);

          const pages = pagesOf(console, { sort, limit });
          const whole = pages.findIndex(({ partial }) => !partial);
          const merged = new Map(pages.slice(0, whole + 1).flatMap((page) => page.rows.map((row) => [row.id, row])));
          const best = [...merged.values()].sort((a, b) => keyOf[sort](b) - keyOf[sort](a) || b.id - a.id);

          expect(best.slice(0, limit).map(({ id }) => id)).to.deep.equal(expected);
        },
      ),
      { numRuns: runs(200) },
    );
  });

  it('are merged by the command line into the first rows of all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(trace, { minLength: 20, maxLength: 80 }),
        fc.constantFrom('slowest', 'spans', 'errors'),
        fc.integer({ min: 1, max: 90 }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 }),
        async (traces, sort, limit, looks) => {
          const console = consoleOf(traces);
          const expected = console.api.traces({ sort, limit }).rows;
          console.clock.elapsed = jumpyClock(looks);

          const found = await mergePages(limit, ORDERS[sort], async ({ cursor }) =>
            console.api.traces({ sort, limit, ...(cursor === undefined ? {} : { cursor }) }),
          );

          expect(found.rows.map(({ id }) => id)).to.deep.equal(expected.map(({ id }) => id));
          expect(found).to.include({ partial: false, more: traces.length > limit });
        },
      ),
      { numRuns: runs(200) },
    );
  });

  it('say that they are partial within the time for an answer', () => {
    const console = consoleOf(Array.from({ length: 500 }, () => ({ duration: 1, queries: 4, fails: false })));
    let now = 0;
    console.clock.elapsed = () => (now += 10);

    const page = console.api.traces({ query: 'duration > 1h' });

    expect(page).to.include({ partial: true, matched: 0 });
    expect(page.cursor).to.be.a('string');
    expect(now).to.be.within(200, 250);
  });

  it('say so where there is no cursor too', () => {
    const { api, clock } = consoleOf(Array.from({ length: 500 }, () => ({ duration: 1, queries: 4, fails: true })));
    let now = 0;
    clock.elapsed = () => (now += 150);

    expect(api.stacks({ query: 'duration > 1ms' }).partial).to.equal(true);
    expect(api.time({ query: 'duration > 1ms' }).partial).to.equal(true);
    expect(api.slow({}).partial).to.equal(true);
    expect(api.errors({ query: 'duration > 1h' }).partial).to.equal(true);
    expect(api.logs({ query: 'nothing' }).partial).to.equal(true);
  });
});
