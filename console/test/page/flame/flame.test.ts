import { expect } from 'chai';
import fc from 'fast-check';
import { drawFlame, ROW_HEIGHT, RULER_HEIGHT, type Context, type Palette } from '../../../page/flame/draw.js';
import type { Flame } from '../../../page/flame/flame.js';
import { FreeRows } from '../../../page/flame/free-rows.js';
import { roundPlaces } from '../../../page/flame/ruler.js';
import { stacksFlame } from '../../../page/flame/stacks-flame.js';
import { traceFlame } from '../../../page/flame/trace-flame.js';
import { detailOf } from '../../../src/api/trace-detail.js';
import type { StackRow, TraceDetail } from '../../../src/api/schemas.js';
import type { SpanRow } from '../../../src/model/span-row.js';
import { childOf, spanRow, traceRow } from '../../model/rows.js';

const NO_STACKS = { percentileOf: () => undefined, stackOf: () => undefined };

function detail(spans: readonly SpanRow[]): TraceDetail {
  return detailOf(traceRow(spans), NO_STACKS) as TraceDetail;
}

function rowsOf(trace: TraceDetail, { boxes }: Flame): Record<string, number> {
  return Object.fromEntries(trace.spans.map(({ name }, index) => [name, boxes.row[index]!]));
}

function stackRow(id: number, parent: number | null, total: number, members: Partial<StackRow> = {}): StackRow {
  return { id, parent, name: `path ${id}`, total, calls: 10, errors: 0, value: null, ...members } as StackRow;
}

/** A canvas that notes the rectangles. */
function canvas() {
  const rectangles: { readonly x: number; readonly y: number; readonly width: number; readonly fill: unknown }[] = [];
  const texts: string[] = [];
  const context = {
    fillStyle: '',
    fillRect(x: number, y: number, width: number) {
      rectangles.push({ x, y, width, fill: context.fillStyle });
    },
    strokeRect: () => undefined,
    fillText: (text: string) => texts.push(text),
    measureText: (text: string) => ({ width: text.length * 6 }),
  } as unknown as Context;
  return { context, rectangles, texts };
}

const tone = (fill: string) => ({ fill, ink: 'ink' });
const PALETTE: Palette = {
  tones: [tone('calm'), tone('critical'), tone('failed')],
  paper: 'paper',
  ink: 'ink',
  faint: 'faint',
  rule: 'rule',
  font: '',
};
const NO_MARKS = { selected: -1, hovered: -1, isFaint: () => false };

describe('traceFlame()', () => {
  it('puts a span one row below its parent, and spans one after the other into one row', () => {
    const root = spanRow({ name: 'root', start: 0, duration: 100 });
    const first = childOf(root, { name: 'first', start: 0, duration: 40 });
    const second = childOf(root, { name: 'second', start: 40, duration: 40 });
    const below = childOf(second, { name: 'below', start: 50, duration: 10 });
    const trace = detail([root, first, second, below]);

    expect(rowsOf(trace, traceFlame(trace))).to.deep.equal({ root: 0, first: 1, second: 1, below: 2 });
  });

  it('puts a span that runs at the same time further down, with all that is in it', () => {
    const root = spanRow({ name: 'root', start: 0, duration: 100 });
    const first = childOf(root, { name: 'first', start: 0, duration: 60 });
    const inFirst = childOf(first, { name: 'in first', start: 10, duration: 40 });
    const second = childOf(root, { name: 'second', start: 20, duration: 60 });
    const inSecond = childOf(second, { name: 'in second', start: 30, duration: 10 });
    const trace = detail([root, first, inFirst, second, inSecond]);

    expect(rowsOf(trace, traceFlame(trace))).to.deep.equal({
      root: 0,
      first: 1,
      'in first': 2,
      second: 3,
      'in second': 4,
    });
  });

  it('shows a failed span as failed, one on the critical path as critical, and any other as calm', () => {
    const root = spanRow({ start: 0, duration: 100 });
    const failed = childOf(root, { start: 0, duration: 10, status: 2 });
    const aside = childOf(root, { start: 0, duration: 5 });
    const { tone: tones } = traceFlame(detail([root, failed, aside])).boxes;

    expect([...tones]).to.have.members([0, 1, 2]);
  });

  it('has no two boxes of a row that cover each other by more than a quarter', () => {
    const parts = fc.array(fc.record({ parent: fc.nat(), start: fc.nat(1_000), duration: fc.nat(400) }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(parts, (given) => {
        const spans: SpanRow[] = [];
        for (const { parent, start, duration } of given) {
          const around = spans[parent % Math.max(1, spans.length)];
          spans.push(around === undefined ? spanRow({ start, duration }) : childOf(around, { start, duration }));
        }
        const { rows, boxes } = traceFlame(detail(spans));
        for (const row of rows) {
          for (let i = 1; i < row.length; i++) {
            const [before, next] = [row[i - 1]!, row[i]!];
            const width = boxes.right[next]! - boxes.left[next]!;
            expect(boxes.right[before]! - boxes.left[next]!).to.be.at.most(width / 4 + 1e-9);
          }
        }
        for (const [index, parent] of boxes.parent.entries())
          if (parent >= 0) expect(boxes.row[index]).to.be.above(boxes.row[parent]!);
      }),
      { numRuns: 60 },
    );
  });
});

describe('FreeRows', () => {
  it('finds the first row that is free, as a search from row to row does', () => {
    const takes = fc.array(fc.tuple(fc.nat(20), fc.nat(100), fc.nat(30)), { maxLength: 32 });
    fc.assert(
      fc.property(takes, (given) => {
        const free = new FreeRows(given.length + 21);
        const ends: number[] = [];
        for (const [from, edge, length] of given) {
          let plain = from;
          while ((ends[plain] ?? -Infinity) > edge) plain++;
          const row = free.firstFree(from, edge);
          expect(row).to.equal(plain);
          free.take(row, edge + length);
          ends[row] = Math.max(ends[row] ?? -Infinity, edge + length);
        }
      }),
    );
  });
});

describe('stacksFlame()', () => {
  it('makes the width of a box its total time, and keeps parts in the order of their names', () => {
    const { flame, rows } = stacksFlame([
      stackRow(1, null, 100, { name: 'b' }),
      stackRow(2, null, 50, { name: 'a' }),
      stackRow(3, 1, 60, { name: 'y' }),
      stackRow(4, 1, 30, { name: 'x' }),
    ]);

    expect(rows.map(({ name }) => name)).to.deep.equal(['a', 'b', 'x', 'y']);
    expect([...flame.boxes.left]).to.deep.equal([0, 50, 50, 80]);
    expect([...flame.boxes.right]).to.deep.equal([50, 150, 80, 140]);
    expect(flame.total).to.equal(150);
  });

  it('makes parts narrower that ran at the same time, so that they fit into the whole', () => {
    const { flame } = stacksFlame([
      stackRow(1, null, 100),
      stackRow(2, 1, 150),
      stackRow(3, 1, 50),
      stackRow(4, 2, 75),
    ]);

    expect([...flame.boxes.right]).to.deep.equal([100, 75, 37.5, 100]);
  });

  it('has a tone for each range of error rates', () => {
    const errors = [0, 1, 5, 6, 20, 21].map((count, id) => stackRow(id, null, 1, { calls: 100, errors: count }));

    expect([...stacksFlame(errors).flame.boxes.tone]).to.deep.equal([0, 1, 2, 3, 3, 4]);
  });
});

describe('drawFlame()', () => {
  const many = (count: number, failed: number) => {
    const root = spanRow({ name: 'root', start: 0, duration: count });
    const calls = Array.from({ length: count }, (_, index) =>
      childOf(root, { start: index, duration: 0.9, status: index === failed ? 2 : 0 }),
    );
    return traceFlame(detail([root, ...calls]));
  };

  it('merges spans that are too narrow, and shows a failed one among them', function () {
    this.timeout(20_000);
    const flame = many(20_000, 7_000);
    const { context, rectangles } = canvas();

    const view = { from: 0, to: 20_000, top: 0, width: 1_000, height: 400 };
    const drawn = drawFlame(context, flame, view, PALETTE, () => 'name', NO_MARKS);

    expect(drawn).to.be.at.most(4);
    const failed = rectangles.filter(({ fill }) => fill === 'failed');
    expect(failed.map(({ x, width }) => [x, width])).to.deep.equal([[350, 1]]);
    const covered = rectangles.filter(({ y, fill }) => y > RULER_HEIGHT + ROW_HEIGHT && fill !== 'paper');
    expect(covered.reduce((sum, { width }) => sum + width, 0)).to.equal(1_000);
  });

  it('draws no more rectangles than the picture is wide, for any part in view', function () {
    this.timeout(20_000);
    const flame = many(5_000, -1);
    for (const [from, to] of [
      [0, 5_000],
      [1_000, 3_000],
      [2_000, 2_010],
    ] as const) {
      const { context } = canvas();
      const view = { from, to, top: 0, width: 800, height: 400 };
      expect(drawFlame(context, flame, view, PALETTE, () => '', NO_MARKS)).to.be.at.most(801);
    }
  });

  it('cuts names to their room', () => {
    const { context, texts } = canvas();

    drawFlame(
      context,
      many(2, -1),
      { from: 0, to: 2, top: 0, width: 140, height: 90 },
      PALETTE,
      () => 'a long name',
      NO_MARKS,
    );

    expect(texts).to.deep.equal(['a long name', 'a long …', 'a long …']);
  });
});

describe('A flame', () => {
  const root = spanRow({ start: 0, duration: 100 });
  const calls = [10, 30, 50].map((start) => childOf(root, { start, duration: start === 30 ? 15 : 5 }));
  const flame = traceFlame(detail([root, ...calls]));

  it('has the box at a place, or the nearest one within reach', () => {
    expect([
      flame.at(1, 12, 0),
      flame.at(1, 16, 0),
      flame.at(1, 16, 2),
      flame.at(1, 29, 2),
      flame.at(9, 12, 5),
    ]).to.deep.equal([1, -1, 1, 2, -1]);
  });

  it('leads from box to box', () => {
    expect([flame.beside(1, 1), flame.beside(3, 1), flame.beside(1, -1)]).to.deep.equal([2, 3, 1]);
    expect([flame.widestBelow(0), flame.widestBelow(2), flame.parentOf(2), flame.parentOf(0)]).to.deep.equal([
      2, 2, 0, -1,
    ]);
  });
});

describe('roundPlaces()', () => {
  it('has round places, and no more than there is room for', () => {
    expect(roundPlaces(0, 209, 10)).to.deep.equal([0, 50, 100, 150, 200]);
    expect(roundPlaces(12.5, 13.5, 5)).to.deep.equal([12.600000000000001, 12.8, 13, 13.200000000000001, 13.4]);
    expect(roundPlaces(0, 0, 5)).to.deep.equal([]);
  });
});
