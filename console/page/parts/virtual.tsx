import type { ComponentChildren, RefObject } from 'preact';
import { usePlace } from './place.js';

/** Maximum number of rows in the document, however high the screen is. */
const MOST_ROWS = 80;
const SPARE_ROWS = 3;

export interface Visible {
  readonly first: number;
  readonly end: number;
}

/**
 * The visible rows of a long list of rows of equal height. The table counts every row, but only a few are in the
 * document.
 */
export function useVisible(scroller: RefObject<HTMLElement>, count: number, rowHeight: number): Visible {
  const place = usePlace(scroller);
  const rows = Math.min(MOST_ROWS, Math.ceil(place.height / rowHeight) + 2 * SPARE_ROWS);
  const first = Math.max(0, Math.min(Math.floor(place.top / rowHeight) - SPARE_ROWS, count - rows));
  return { first, end: Math.min(count, first + rows) };
}

/** Scrolls only as far as needed, so that a row is in view. */
export function scrollToRow(
  element: HTMLElement | null,
  index: number,
  rowHeight: number,
  headHeight = rowHeight,
): void {
  if (element === null || index < 0) return;
  const top = index * rowHeight;
  const room = element.clientHeight - headHeight - rowHeight;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top > element.scrollTop + room) element.scrollTop = top - room;
}

/** The body of a table, with empty space for the rows that are not in the document. */
export function VirtualBody({
  visible: { first, end },
  count,
  rowHeight,
  children,
}: {
  visible: Visible;
  count: number;
  rowHeight: number;
  children: ComponentChildren;
}) {
  return (
    <tbody>
      <Room height={first * rowHeight} />
      {children}
      <Room height={(count - end) * rowHeight} />
    </tbody>
  );
}

function Room({ height }: { height: number }) {
  return height <= 0 ? null : (
    <tr class="room" aria-hidden="true">
      <td style={{ height: `${height}px` }} />
    </tr>
  );
}
