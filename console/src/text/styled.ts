import { startOf, widthOf } from './width.js';
import { visible } from './visible.js';

/** Select Graphic Rendition codes (ECMA-48, 8.3.117): the sixteen colours that every terminal theme defines. */
const SGR = {
  plain: '',
  bold: '1',
  dim: '2',
  red: '31',
  boldRed: '1;31',
  green: '32',
  yellow: '33',
  blue: '34',
  magenta: '35',
  cyan: '36',
} as const;

export type Style = keyof typeof SGR;

/** A text in one style. Created only by `piece()`, which makes all characters visible. */
export interface Piece {
  readonly text: string;
  readonly style: Style;
}

/** A styled text without line breaks. */
export type Line = readonly Piece[];

const GAP = '  ';

export function piece(text: string, style: Style = 'plain'): Piece {
  return { text: visible(text), style };
}

/** Each piece ends with a reset, so that no style leaks into the following text. */
export function painted(line: Line, colors: boolean): string {
  return line
    .map(({ text, style }) =>
      !colors || style === 'plain' || text === '' ? text : `\x1b[${SGR[style]}m${text}\x1b[0m`,
    )
    .join('')
    .trimEnd();
}

export function columnsOf(line: Line): number {
  return line.reduce((width, { text }) => width + widthOf(text), 0);
}

/** Truncates a line to `width` columns, the last of which is an ellipsis. */
export function cut(line: Line, width: number): Line {
  if (columnsOf(line) <= width) return line;
  const kept: Piece[] = [];
  let room = width - 1;
  for (const { text, style } of line) {
    const start = startOf(text, room);
    if (start !== text) return room < 0 ? kept : [...kept, { text: `${start}…`, style }];
    kept.push({ text, style });
    room -= widthOf(text);
  }
  return kept;
}

/** The line in exactly `width` columns, left-aligned. */
export function left(line: Line, width: number): Line {
  const shown = cut(line, width);
  return [...shown, piece(' '.repeat(Math.max(0, width - columnsOf(shown))))];
}

/** The line in exactly `width` columns, right-aligned. */
export function right(line: Line, width: number): Line {
  const shown = cut(line, width);
  return [piece(' '.repeat(Math.max(0, width - columnsOf(shown)))), ...shown];
}

/** The cells side by side, with gaps between them. */
export function beside(...cells: readonly Line[]): Line {
  const gap = piece(GAP);
  return cells.flatMap((cell, index) => (index === 0 ? cell : [gap].concat(cell)));
}

/**
 * Lays out parts with gaps between them, on as many lines as needed. A part wider than a line is truncated, not split.
 */
export function flow(parts: readonly Line[], width: number): Line[] {
  const lines: Line[] = [];
  let used = 0;
  for (const part of parts) {
    const fitting = cut(part, width);
    const added = columnsOf(fitting);
    if (lines.length > 0 && used + GAP.length + added <= width) {
      lines.push([...(lines.pop() as Line), piece(GAP), ...fitting]);
      used += GAP.length + added;
    } else {
      lines.push(fitting);
      used = added;
    }
  }
  return lines;
}
