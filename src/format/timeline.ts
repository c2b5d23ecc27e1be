import type { HrTime } from '@opentelemetry/api';
import { extentOf, type Stretch } from '../trace/extent.js';
import { nanosBetween } from '../trace/text/duration.js';
import type { Style } from './styles.js';
import { piece, type Text } from './text.js';

/**
 * The timeline of a trace, `cells` columns wide.
 *
 * It spans the time from the first start to the last end of all spans, so that it also covers spans outside of their
 * parent. Bars have a resolution of half a column. With 0 cells, nothing is drawn.
 */
export class Timeline {
  /** Duration from the first start to the last end. */
  readonly nanos: number;
  readonly #start: HrTime;
  readonly #cells: number;

  constructor(spans: readonly Stretch[], cells: number) {
    const { start, nanos } = extentOf(spans);
    this.nanos = nanos;
    this.#start = start;
    this.#cells = cells;
  }

  /** Nanoseconds since the first start. Negative for an earlier event. */
  offsetOf(time: HrTime): number {
    return nanosBetween(this.#start, time);
  }

  /** The bar of a span, at least half a column wide. */
  bar({ startTime, endTime }: Stretch, style: Style): Text {
    if (this.#cells === 0) return [];
    const last = 2 * this.#cells;
    const from = Math.min(this.#halves(startTime), last - 1);
    const to = Math.max(this.#halves(endTime), from + 1);
    const blank = Math.floor(from / 2);
    const whole = Math.floor(to / 2) - Math.ceil(from / 2);
    const bar = `${from % 2 === 1 ? '╺' : ''}${'━'.repeat(whole)}${to % 2 === 1 ? '╸' : ''}`;
    return this.#place(blank, bar, style);
  }

  /** A mark at a point in time; at the edge of the timeline if the time is outside of it. */
  mark(time: HrTime, mark: string, style: Style): Text {
    if (this.#cells === 0) return [];
    const cell = Math.floor(this.#halves(time) / 2);
    return this.#place(Math.min(cell, this.#cells - 1), mark, style);
  }

  /** Number of half columns before a time. */
  #halves(time: HrTime): number {
    const share = this.offsetOf(time) / this.nanos;
    return Math.round(Math.min(Math.max(share || 0, 0), 1) * 2 * this.#cells);
  }

  #place(before: number, mark: string, style: Style): Text {
    const after = this.#cells - before - mark.length;
    return [piece(' '.repeat(before)), piece(mark, style), piece(' '.repeat(after))];
  }
}
