import type { TimeMap } from '../../src/api/schemas.js';

const ERRORS_HEIGHT = 20;
const RATE_HEIGHT = 36;
const GAP = 8;
const LEFT = 58;
const AXIS_HEIGHT = 20;
/** Least distance of two labels of times, in pixels. */
const LABEL_WIDTH = 90;
/** Distances of two labels of times, in milliseconds. */
const STEPS = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 7_200].map((seconds) => seconds * 1_000);

/** A part of the heatmap: a range of times and a range of durations. */
export interface Box {
  readonly from: number;
  readonly to: number;
  readonly shortest: number;
  readonly longest: number;
}

/** Names of the colours of the map. */
export const COLOURS = ['ink', 'faint', 'accent-fill', 'bad-fill', 'warn'] as const;
type Colours = Readonly<Record<(typeof COLOURS)[number], string>>;

/**
 * Maps times and durations to positions on the canvas. Cells of durations have equal heights, on a logarithmic scale.
 */
export class Scale {
  readonly width: number;
  readonly height: number;
  readonly top = ERRORS_HEIGHT + GAP;
  readonly bottom: number;
  readonly map: TimeMap;

  constructor(map: TimeMap, width: number, height: number) {
    this.map = map;
    this.width = width;
    this.height = height;
    this.bottom = height - AXIS_HEIGHT - RATE_HEIGHT - GAP;
  }

  x(time: number): number {
    const { from, to } = this.map;
    return LEFT + ((time - from) / Math.max(1, to - from)) * (this.width - LEFT);
  }

  timeAt(x: number): number {
    const { from, to } = this.map;
    const part = Math.max(0, Math.min(1, (x - LEFT) / Math.max(1, this.width - LEFT)));
    return from + part * (to - from);
  }

  get rowHeight(): number {
    return (this.bottom - this.top) / Math.max(1, this.map.cells.length);
  }

  /** Upper edge of a cell. */
  yOfCell(index: number): number {
    return this.bottom - (index + 1) * this.rowHeight;
  }

  y(millis: number): number {
    const { cells } = this.map;
    const index = cells.findLastIndex((lower) => lower <= millis);
    if (index < 0) return this.bottom;
    const lower = cells[index]!;
    const upper = cells[index + 1] ?? lower * 1.25;
    const part = Math.min(1, (millis - lower) / Math.max(1e-9, upper - lower));
    return this.bottom - (index + part) * this.rowHeight;
  }

  millisAt(y: number): number {
    const { cells } = this.map;
    const place = Math.max(0, Math.min(cells.length, (this.bottom - y) / this.rowHeight));
    const index = Math.min(cells.length - 1, Math.floor(place));
    const lower = cells[index] ?? 0;
    const upper = cells[index + 1] ?? lower * 1.25;
    return lower + (place - index) * (upper - lower);
  }
}

export function drawMap(context: CanvasRenderingContext2D, scale: Scale, colours: Colours): void {
  drawCells(context, scale, colours);
  drawCounts(context, scale, colours);
  drawLines(context, scale, colours);
}

function widthOfSlot({ map, width }: Scale): number {
  return Math.max(1, ((width - LEFT) * map.slotMillis) / Math.max(1, map.to - map.from));
}

/** Left edge and width of a slot. The first one may begin before the map does. */
function columnOf(scale: Scale, at: number): [left: number, width: number] {
  const x = scale.x(at);
  const left = Math.max(LEFT, x);
  return [left, Math.max(1, x + widthOfSlot(scale) - 0.5 - left)];
}

function drawCells(
  context: CanvasRenderingContext2D,
  scale: Scale,
  { 'accent-fill': accent, 'bad-fill': bad }: Colours,
): void {
  const { slots } = scale.map;
  const most = slots.reduce((max, { cells }) => cells.reduce((cell, [, calls]) => Math.max(cell, calls), max), 1);
  for (const { at, cells } of slots) {
    const [left, width] = columnOf(scale, at);
    for (const [index, calls, errors] of cells) {
      context.globalAlpha = 0.18 + 0.82 * (Math.log1p(calls) / Math.log1p(most));
      context.fillStyle = errors > 0 && errors * 2 >= calls ? bad : accent;
      context.fillRect(left, scale.yOfCell(index) + 0.5, width, Math.max(1, scale.rowHeight - 0.5));
    }
  }
  context.globalAlpha = 1;
}

/** Draws errors above the heatmap, and calls below it. */
function drawCounts(context: CanvasRenderingContext2D, scale: Scale, { faint, 'bad-fill': bad }: Colours): void {
  const { slots } = scale.map;
  const mostErrors = Math.max(1, ...slots.map(({ errors }) => errors));
  const mostCalls = Math.max(1, ...slots.map(({ calls }) => calls));
  const floor = scale.height - AXIS_HEIGHT;
  for (const { at, calls, errors } of slots) {
    const [left, width] = columnOf(scale, at);
    const high = errors === 0 ? 0 : Math.max(2, (errors / mostErrors) * ERRORS_HEIGHT);
    context.fillStyle = bad;
    context.fillRect(left, ERRORS_HEIGHT - high, width, high);
    const rate = (calls / mostCalls) * RATE_HEIGHT;
    context.globalAlpha = 0.45;
    context.fillStyle = faint;
    context.fillRect(left, floor - rate, width, rate);
    context.globalAlpha = 1;
  }
}

const LINES = ['p50', 'p99', 'p95'] as const;
/** Dash pattern of p95, which lets p99 show through where few calls make them equal. */
const DASHES = [6, 4];

/** Draws percentiles as lines, with gaps where there were no calls. */
function drawLines(context: CanvasRenderingContext2D, scale: Scale, { ink, warn, 'bad-fill': bad }: Colours): void {
  const half = widthOfSlot(scale) / 2;
  const colours = { p50: ink, p95: warn, p99: bad };
  for (const name of LINES) {
    context.strokeStyle = colours[name];
    context.setLineDash(name === 'p95' ? DASHES : []);
    context.lineWidth = 1.5;
    context.beginPath();
    let drawing = false;
    for (const slot of scale.map.slots) {
      if (slot.calls === 0) {
        drawing = false;
        continue;
      }
      const [x, y] = [Math.max(LEFT, scale.x(slot.at) + half), scale.y(slot[name])];
      if (drawing) context.lineTo(x, y);
      else context.moveTo(x, y);
      drawing = true;
    }
    context.stroke();
  }
  context.setLineDash([]);
}

/** Draws the labels of the axes. */
export function drawAxes(
  context: CanvasRenderingContext2D,
  scale: Scale,
  { faint }: Colours,
  words: { duration: (millis: number) => string; time: (at: number) => string },
): void {
  context.fillStyle = faint;
  context.font = '11px system-ui, sans-serif';
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const { cells, from, to } = scale.map;
  const every = Math.max(1, Math.ceil(18 / Math.max(1, scale.rowHeight)));
  for (let index = 0; index < cells.length; index += every) {
    context.fillText(words.duration(cells[index]!), LEFT - 8, scale.yOfCell(index) + scale.rowHeight);
  }
  context.fillText('errors', LEFT - 8, ERRORS_HEIGHT / 2);
  context.fillText('calls', LEFT - 8, scale.height - AXIS_HEIGHT - RATE_HEIGHT / 2);
  context.textAlign = 'center';
  const room = ((to - from) * LABEL_WIDTH) / (scale.width - LEFT);
  const step = STEPS.find((millis) => millis >= room) ?? room;
  for (let at = Math.ceil(from / step) * step; at < to - room / 3; at += step) {
    context.fillText(words.time(at), scale.x(at), scale.height - AXIS_HEIGHT / 2);
  }
}
