import { cut, flow, piece, widthOf, type Piece, type Text } from './text.js';

/** Columns for a duration or an offset, right-aligned. */
const TIME_WIDTH = 8;
const GAP = piece('  ');

/** The left columns of a line: a time, and its mark on the timeline. */
export interface Gutter {
  readonly time: Piece;
  readonly mark: Text;
}

/** Prefixes that draw the tree: of the first line of a block, and of its other lines. */
export interface Indent {
  readonly first: string;
  readonly rest: string;
}

/**
 * The column layout of the output.
 *
 * Times and the timeline are on the left, in the same columns on every line. Texts are on the right, so that a
 * character of unexpected width displaces nothing.
 *
 * ```
 * |  time  |   |     timeline     |  | indent, text
 *    312 ms    ━━━━━━━━━━━━━━━━━━━━  POST /orders  server
 *     +1 ms    •                     │ INFO  order received
 *    2.1 ms     ╺╸                   ├─ SELECT products  client
 * ```
 */
export class Page {
  readonly #width: number;
  /** Width of the timeline in columns; 0 without a timeline. */
  readonly cells: number;
  readonly textWidth: number;

  constructor(width: number, timeline: boolean) {
    this.#width = width;
    this.cells = timeline ? Math.floor((width - 20) * 0.3) : 0;
    this.textWidth = width - widthOf(this.#gutter());
  }

  /** Lays out parts in the text column, on as many lines as needed. The gutter is on the first line. */
  block(parts: readonly Text[], indent: Indent, gutter?: Gutter): Text[] {
    const room = Math.max(1, this.textWidth - Math.max(indent.first.length, indent.rest.length));
    return flow(parts, room).map((text, index) =>
      index === 0
        ? this.line([...this.#gutter(gutter), piece(indent.first, 'dim'), ...text])
        : this.line([...this.#gutter(), piece(indent.rest, 'dim'), ...text]),
    );
  }

  /** A line across all columns. */
  line(text: Text): Text {
    return cut(text, this.#width);
  }

  #gutter(gutter?: Gutter): Text {
    const time = gutter?.time ?? piece('');
    const mark = gutter?.mark ?? [piece(' '.repeat(this.cells))];
    const padding = piece(' '.repeat(TIME_WIDTH - time.text.length));
    return [padding, time, GAP, ...(this.cells > 0 ? [...mark, GAP] : [])];
  }
}
