import { coloursOf } from '../parts/canvas.js';
import type { Palette } from './draw.js';

/** The theme's colours for a canvas: for each tone, `--NAME` is the fill and `--NAME-ink` the text. */
export function paletteOf(canvas: HTMLCanvasElement, tones: readonly string[]): Palette {
  const fills = coloursOf(canvas, tones);
  const inks = coloursOf(
    canvas,
    tones.map((name) => `${name}-ink`),
  );
  return {
    ...coloursOf(canvas, ['paper', 'ink', 'faint', 'rule']),
    tones: tones.map((name) => ({ fill: fills[name]!, ink: inks[`${name}-ink`]! })),
    font: `11.5px ${getComputedStyle(canvas).fontFamily}`,
  };
}
