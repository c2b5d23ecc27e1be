import type { Flame } from './flame.js';

export const ROW_HEIGHT = 20;
export const RULER_HEIGHT = 24;

/** Minimum width of a box in pixels; narrower boxes are merged with their neighbours. */
const NARROW = 2;
/** Minimum width of a box that shows its name, in pixels. */
const NAME_ROOM = 28;
const NAME_INSET = 5;

export interface Tone {
  readonly fill: string;
  readonly ink: string;
}

export interface Palette {
  readonly tones: readonly Tone[];
  readonly paper: string;
  readonly ink: string;
  readonly faint: string;
  readonly rule: string;
  readonly font: string;
}

/** The visible part of a flame, and the size of the picture. */
export interface View {
  readonly from: number;
  readonly to: number;
  /** Vertical scroll offset in pixels. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Marks {
  readonly selected: number;
  readonly hovered: number;
  /** Whether a box is drawn faintly. */
  readonly isFaint: (index: number) => boolean;
}

/** The members of a canvas that are used here. */
export interface Context {
  fillStyle: unknown;
  strokeStyle: unknown;
  font: string;
  globalAlpha: number;
  lineWidth: number;
  textBaseline: string;
  fillRect(x: number, y: number, width: number, height: number): void;
  strokeRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;
  measureText(text: string): { readonly width: number };
}

/**
 * Draws the visible boxes; boxes that are too narrow are merged into runs. Returns the number of boxes and runs drawn.
 */
export function drawFlame(
  context: Context,
  flame: Flame,
  view: View,
  palette: Palette,
  nameOf: (index: number) => string,
  marks: Marks,
): number {
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, view.width, view.height);
  context.font = palette.font;
  context.textBaseline = 'middle';
  const first = Math.max(0, Math.floor(view.top / ROW_HEIGHT));
  const end = Math.min(flame.rows.length, Math.ceil((view.top + view.height) / ROW_HEIGHT));
  const names = new Names(context);
  let drawn = 0;
  for (let row = first; row < end; row++) {
    const y = RULER_HEIGHT + row * ROW_HEIGHT - view.top;
    const run = new Run(context, palette, y);
    for (const index of inView(flame, row, view)) {
      const [x, right] = edgesOf(flame, index, view);
      const faint = marks.isFaint(index);
      if (right - x < NARROW && index !== marks.selected && index !== marks.hovered) {
        run.add(x, flame.boxes.tone[index]!, faint);
        continue;
      }
      run.end();
      drawBox(context, palette, { x, y, width: Math.max(NARROW, right - x), tone: flame.boxes.tone[index]!, faint });
      names.draw(nameOf, index, x, right, y + ROW_HEIGHT / 2);
      drawn++;
    }
    run.end();
    drawn += run.drawn;
  }
  context.globalAlpha = 1;
  outline(context, flame, view, marks.hovered, palette.faint, 1);
  outline(context, flame, view, marks.selected, palette.ink, 2);
  return drawn;
}

function* inView(flame: Flame, row: number, { from, to }: View): Generator<number> {
  const indexes = flame.rows[row]!;
  const { left } = flame.boxes;
  for (let at = flame.firstEndingAfter(row, from); at < indexes.length; at++) {
    if (left[indexes[at]!]! > to) return;
    yield indexes[at]!;
  }
}

function edgesOf({ boxes: { left, right } }: Flame, index: number, { from, to, width }: View): [number, number] {
  const scale = width / Math.max(1e-9, to - from);
  return [Math.max(0, (left[index]! - from) * scale), Math.min(width, (right[index]! - from) * scale)];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly tone: number;
  readonly faint: boolean;
}

function drawBox(context: Context, { tones }: Palette, { x, y, width, tone, faint }: Box): void {
  context.globalAlpha = faint ? 0.3 : 1;
  context.fillStyle = tones[tone]!.fill;
  // Leaves a gap of one pixel between neighbouring boxes.
  context.fillRect(x, y + 0.5, Math.max(1, width - 1), ROW_HEIGHT - 1.5);
  context.fillStyle = tones[tone]!.ink;
}

function outline(context: Context, flame: Flame, view: View, index: number, colour: string, width: number): void {
  if (index < 0) return;
  const { left, right, row } = flame.boxes;
  if (right[index]! < view.from || left[index]! > view.to) return;
  const [x, end] = edgesOf(flame, index, view);
  const y = RULER_HEIGHT + row[index]! * ROW_HEIGHT - view.top;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(x + 0.5, y + 0.5, Math.max(2, end - x - 2), ROW_HEIGHT - 2);
}

/** Narrow boxes of a row, merged by pixel: a pixel shared by several boxes gets the highest of their tones. */
class Run {
  readonly #context: Context;
  readonly #palette: Palette;
  readonly #y: number;
  #from = -1;
  #pixel = -1;
  #tone = 0;
  #faint = true;
  #pixelTone = 0;
  #pixelFaint = true;
  drawn = 0;

  constructor(context: Context, palette: Palette, y: number) {
    this.#context = context;
    this.#palette = palette;
    this.#y = y;
  }

  add(x: number, tone: number, faint: boolean): void {
    const pixel = Math.floor(x);
    if (pixel === this.#pixel) {
      this.#pixelTone = Math.max(this.#pixelTone, tone);
      this.#pixelFaint &&= faint;
      return;
    }
    this.#endPixel(pixel);
    this.#pixel = pixel;
    this.#pixelTone = tone;
    this.#pixelFaint = faint;
  }

  end(): void {
    this.#endPixel(Infinity);
    this.#pixel = -1;
  }

  /** Adds the pixel to the run, after drawing a run that looks different. Draws the run if `next` is not adjacent. */
  #endPixel(next: number): void {
    if (this.#pixel < 0) return;
    if (this.#from >= 0 && (this.#pixelTone !== this.#tone || this.#pixelFaint !== this.#faint))
      this.#draw(this.#pixel);
    if (this.#from < 0) this.#from = this.#pixel;
    this.#tone = this.#pixelTone;
    this.#faint = this.#pixelFaint;
    if (next > this.#pixel + 1) this.#draw(this.#pixel + 1);
  }

  #draw(to: number): void {
    const tone = this.#palette.tones[this.#tone]!;
    this.#context.globalAlpha = this.#faint ? 0.3 : 1;
    this.#context.fillStyle = tone.fill;
    this.#context.fillRect(this.#from, this.#y + 0.5, to - this.#from, ROW_HEIGHT - 1.5);
    this.#from = -1;
    this.drawn++;
  }
}

/** Draws names in boxes, cut to the width of the box. */
class Names {
  readonly #context: Context;
  readonly #widths = new Map<string, number>();

  constructor(context: Context) {
    this.#context = context;
  }

  draw(nameOf: (index: number) => string, index: number, left: number, right: number, y: number): void {
    if (right - left < NAME_ROOM) return;
    const room = right - left - 2 * NAME_INSET - 1;
    const text = this.#fitted(nameOf(index), room);
    if (text !== '') this.#context.fillText(text, left + NAME_INSET, y);
  }

  #fitted(name: string, room: number): string {
    const width = this.#widthOf(name);
    if (width <= room) return name;
    let length = Math.floor((name.length * room) / width) - 1;
    while (length > 1 && this.#widthOf(`${name.slice(0, length)}…`) > room) length--;
    return length > 1 ? `${name.slice(0, length)}…` : '';
  }

  #widthOf(text: string): number {
    let width = this.#widths.get(text);
    if (width === undefined) this.#widths.set(text, (width = this.#context.measureText(text).width));
    return width;
  }
}
