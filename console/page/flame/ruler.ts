import { RULER_HEIGHT, type Context, type Palette, type View } from './draw.js';

/** Minimum distance between two marks, in pixels, which leaves room for their labels. */
const MARK_ROOM = 90;

/** Round values in a range: multiples of 1, 2 or 5 times a power of ten. */
export function roundPlaces(from: number, to: number, most: number): number[] {
  const length = to - from;
  if (!(length > 0)) return [];
  const least = length / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least)!;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, index) => (first + index) * step);
}

/** Draws time marks above the rows, and faint lines through the rows. */
export function drawRuler(context: Context, view: View, palette: Palette, textOf: (place: number) => string): void {
  const { from, to, width } = view;
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, width, RULER_HEIGHT);
  context.fillStyle = palette.rule;
  context.fillRect(0, RULER_HEIGHT - 1, width, 1);
  for (const place of roundPlaces(from, to, width / MARK_ROOM)) {
    const x = ((place - from) / (to - from)) * width;
    context.fillStyle = palette.rule;
    context.fillRect(Math.round(x), RULER_HEIGHT - 7, 1, 6);
    context.fillStyle = palette.faint;
    const text = place === 0 ? '0' : textOf(place);
    if (x + 4 + context.measureText(text).width < width) context.fillText(text, x + 4, RULER_HEIGHT / 2);
  }
}
