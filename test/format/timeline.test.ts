import { expect } from 'chai';
import { paintNothing } from '../../src/format/styles.js';
import { paint, type Text } from '../../src/format/text.js';
import { Timeline } from '../../src/format/timeline.js';
import { at, Recorder } from './recorder.js';
import type { HrTime } from '@opentelemetry/api';

const CELLS = 10;

/** The bars of spans given by start and end, each between `|`. */
function bars(...times: [start: number, end: number][]): string[] {
  const recorder = new Recorder();
  for (const [start, end] of times) recorder.span('a', end, { start });
  const { spans } = recorder.trace();
  const timeline = new Timeline(spans, CELLS);
  return spans.map((span) => framed(timeline.bar(span, 'plain')));
}

function framed(text: Text): string {
  return `|${paint(text, paintNothing)}|`;
}

describe('Timeline', () => {
  it('goes from the first start to the last end', () => {
    expect(bars([0, 50], [50, 100])).to.deep.equal(['|━━━━━     |', '|     ━━━━━|']);
  });

  it('is precise to half a cell', () => {
    expect(bars([0, 100], [15, 85], [25, 30], [50, 55])).to.deep.equal([
      '|━━━━━━━━━━|',
      '| ╺━━━━━━╸ |',
      '|  ╺       |',
      '|     ╸    |',
    ]);
  });

  it('shows the shortest span, wherever it is', () => {
    expect(bars([0, 1_000], [0, 0], [500, 500], [1_000, 1_000])).to.deep.equal([
      '|━━━━━━━━━━|',
      '|╸         |',
      '|     ╸    |',
      '|         ╺|',
    ]);
  });

  it('shows a trace that takes no time', () => {
    expect(bars([5, 5])).to.deep.equal(['|╸         |']);
  });

  it('places a mark outside of the time range at the edge', () => {
    const recorder = new Recorder();
    recorder.span('a', 100, { start: 50 });
    const timeline = new Timeline(recorder.trace().spans, CELLS);
    const mark = (millis: number): string => framed(timeline.mark(at(millis) as HrTime, '•', 'plain'));

    expect([0, 50, 76, 100, 200].map(mark)).to.deep.equal([
      '|•         |',
      '|•         |',
      '|     •    |',
      '|         •|',
      '|         •|',
    ]);
  });
});
