import { later } from '../parts/on-demand.js';
import { signal } from '../state/signal.js';

export const paletteOpen = signal(false);

/** Text typed since the palette was called, until its field is there; undefined at other times. */
let typed: string | undefined;

export function togglePalette(): void {
  paletteOpen.value = !paletteOpen.value;
  typed = paletteOpen.value ? '' : undefined;
  if (paletteOpen.value) later().catch(takeTyped);
}

/** Whether the palette was called and is not there yet. */
export function isAwaited(): boolean {
  return typed !== undefined;
}

/** Keeps a key for the palette, if it is awaited. Enter is kept as the end of a line. */
export function typeAhead({ key }: KeyboardEvent): boolean {
  if (typed === undefined) return false;
  if (key === 'Escape') togglePalette();
  else if (key === 'Backspace') typed = typed.slice(0, -1);
  else if (key === 'Enter') typed += '\n';
  else if (key.length === 1) typed += key;
  else return false;
  return true;
}

/** The text that was typed ahead. From now on, keys are no longer kept. */
export function takeTyped(): string {
  const text = typed ?? '';
  typed = undefined;
  return text;
}
