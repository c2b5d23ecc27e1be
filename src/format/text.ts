import { printable } from '../trace/text/printable.js';
import type { Paint, Style } from './styles.js';
import { startOf, textWidth } from '../trace/text/text-width.js';

/** A text in one style. Created only by `piece()`, which makes it printable. */
export interface Piece {
  readonly text: string;
  readonly style: Style;
}

/** A styled text without line breaks. */
export type Text = readonly Piece[];

const GAP = '  ';

/** @param maxLength maximum number of characters read, for texts from telemetry */
export function piece(value: unknown, style: Style = 'plain', maxLength = Infinity): Piece {
  return { text: printable(value, maxLength), style };
}

export function paint(text: Text, painter: Paint): string {
  return text.map(({ text: content, style }) => painter(content, style)).join('');
}

export function widthOf(text: Text): number {
  return text.reduce((width, { text: content }) => width + textWidth(content), 0);
}

/** Truncates a text to `width` columns, the last of which is an ellipsis. */
export function cut(text: Text, width: number): Text {
  if (widthOf(text) <= width) return text;
  const kept: Piece[] = [];
  let room = width - 1;
  for (const { text: content, style } of text) {
    const start = startOf(content, room);
    if (start !== content) return [...kept, { text: `${start}…`, style }];
    kept.push({ text: content, style });
    room -= textWidth(content);
  }
  return kept;
}

/**
 * Lays out parts with gaps between them, on as many lines as needed. A part wider than a line is truncated, not split.
 */
export function flow(parts: readonly Text[], width: number): Text[] {
  const lines: Text[] = [];
  let used = Infinity;
  for (const part of parts) {
    const fitting = cut(part, width);
    const added = widthOf(fitting);
    if (used + GAP.length + added <= width) {
      lines.push([...(lines.pop() as Text), piece(GAP), ...fitting]);
      used += GAP.length + added;
    } else {
      lines.push(fitting);
      used = added;
    }
  }
  return lines;
}
