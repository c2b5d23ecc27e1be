import { expect } from 'chai';
import fc from 'fast-check';
import { applyChange, LISTS, type Row, type View } from '../../src/api/changes.js';
import { changeOf, snapshotOf, stateOf } from '../../src/http/live/view-state.js';
import { runs } from '../../../test/property-runs.js';

const VIEWS = Object.keys(LISTS) as View[];

/** Answers of a view: a list with rows that are known by their ids, and another member. */
function answersOf(view: View): fc.Arbitrary<Row[]> {
  const { member } = LISTS[view];
  const row = fc.record({ number: fc.nat(12), value: fc.nat(3) }).map(({ number, value }) => ({
    id: number,
    at: number,
    traceId: 't',
    spanId: String(number),
    value,
  }));
  const list = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 12 });
  return fc.array(fc.record({ [member]: list, matched: fc.nat(3), coverage: fc.constant({}) }), {
    minLength: 2,
    maxLength: 6,
  });
}

const withoutCoverage = ({ coverage: _, ...answer }: Row): Row => answer;

describe('Changes of an answer', () => {
  for (const view of VIEWS) {
    it(`of ${view}, applied one after the other, make each answer`, () => {
      fc.assert(
        fc.property(answersOf(view), ([first, ...others]) => {
          let state = stateOf(view, first!);
          let shown = JSON.parse(snapshotOf(view, state)) as Row;
          expect(shown).to.deep.equal(withoutCoverage(first!));
          for (const answer of others) {
            const next = stateOf(view, answer);
            const change = changeOf(view, state, next);
            if (change !== undefined) shown = applyChange(view, shown, JSON.parse(change.text) as Row);
            expect(shown).to.deep.equal(withoutCoverage(answer));
            state = next;
          }
        }),
        { numRuns: runs(200) },
      );
    });
  }

  it('are nothing if nothing has changed', () => {
    const answer = { rows: [{ id: 1 }], matched: 1 };

    expect(changeOf('traces', stateOf('traces', answer), stateOf('traces', { ...answer }))).to.equal(undefined);
  });

  it('are no event if only time has passed, except on an axis of time', () => {
    const window = (to: number) => ({ from: to - 10, to });
    const passed = [
      ['stacks', window(20), window(21)],
      ['time', window(20), window(21)],
      ['open', { ageMillis: 1 }, { ageMillis: 2 }],
      ['open', { ageMillis: 1, total: 1 }, { ageMillis: 2, total: 2 }],
    ] as const;

    const events = passed.map(
      ([view, before, after]) => changeOf(view, stateOf(view, before), stateOf(view, after))!.isEvent,
    );

    expect(events).to.deep.equal([false, true, false, true]);
  });

  it('name no order if new rows come to the front', () => {
    const before = stateOf('traces', { rows: [{ id: 1 }] });
    const after = stateOf('traces', { rows: [{ id: 3 }, { id: 2 }, { id: 1 }] });

    expect(JSON.parse(changeOf('traces', before, after)!.text)).to.deep.equal({
      rows: { set: [{ id: 3 }, { id: 2 }], gone: [] },
    });
  });

  it('say by null that a member is no longer there', () => {
    const before = stateOf('trace', { refused: { error: 'x' } });
    const after = stateOf('trace', { spans: [] });

    expect(JSON.parse(changeOf('trace', before, after)!.text)).to.deep.equal({ refused: null });
  });
});

describe('The state of an answer', () => {
  const long = 'x'.repeat(2_000);

  it('keeps the first rows that fit into a frame, of time the last, and counts the others', () => {
    const rows = Array.from({ length: 500 }, (_, id) => ({ id, at: id, long }));

    const traces = stateOf('traces', { rows });
    const time = stateOf('time', { slots: rows });

    expect([...traces.rows.keys()].slice(0, 2)).to.deep.equal([0, 1]);
    expect([...time.rows.keys()].at(-1)).to.equal(499);
    expect(traces.rows.size + traces.cut).to.equal(500);
    expect(time.rows.size + time.cut).to.equal(500);
    expect(snapshotOf('traces', traces).length).to.be.within(100_000, 122_000);
    expect(snapshotOf('time', time).length).to.be.within(180_000, 212_000);
  });

  it('has room for the ids of all slots beside new slots', () => {
    const slots = (from: number) => ({
      slots: Array.from({ length: 722 }, (_, i) => ({ at: from + i * 60_000, long: 'x'.repeat(260) })),
    });
    const [before, after] = [slots(1_900_000_000_000), slots(1_900_000_030_000)].map((map) => stateOf('time', map));

    expect(after!.cut).to.equal(0);
    expect(changeOf('time', before!, after!)!.text.length).to.be.within(200_000, 240_000);
  });

  it('leaves out a single row that is too large, and a member', () => {
    const rows = [{ id: 1 }, { id: 2, text: 'x'.repeat(300_000) }, { id: 3 }];

    const { rows: kept, members, cut } = stateOf('trace', { spans: rows, resources: 'x'.repeat(100_000), matched: 1 });

    expect([...kept.keys()]).to.deep.equal([1, 3]);
    expect([...members.keys()]).to.deep.equal(['matched']);
    expect(cut).to.equal(2);
  });
});
