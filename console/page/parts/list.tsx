import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { grouped } from '../../src/text/units.js';
import { useKeys, type Key } from '../keys/keys.js';
import type { LiveRows } from '../state/live-rows.js';
import { note, route } from '../state/route.js';
import { FindField, useFind, type Find } from './find.js';
import { scrollToRow, useVisible, VirtualBody, type Visible } from './virtual.js';

/** Number of rows before the end at which older rows are loaded. */
const AHEAD = 40;

interface ListOf<T> {
  /** Title of its keys in the help. */
  readonly title: string;
  /** Name of a row in the help. */
  readonly noun: string;
  readonly rows: readonly T[];
  readonly idOf: (row: T) => string;
  /** Whether a row contains the needle, which is in lower case. */
  readonly has: (row: T, needle: string) => boolean;
  /** The rows to search, if some are folded away. */
  readonly all?: readonly T[];
  /** Shows a row that is folded away. */
  readonly reveal?: (row: T) => void;
  /** A change of this value scrolls back to the selection. */
  readonly order?: unknown;
  /** Members that a selection adds to the address, besides its row. */
  readonly more?: (row: T) => Readonly<Record<string, string>>;
  readonly rowHeight?: number;
  /** Rows that stay in place while somebody reads them. */
  readonly live?: LiveRows<unknown>;
  /** Whether its rows are drawn as a table; otherwise another view owns the keys that move between rows. */
  readonly isTable?: boolean;
  readonly enter?: { readonly does: string; readonly run: (row: T | undefined) => void };
  readonly keys?: readonly Key[];
}

export interface List<T> {
  readonly rows: readonly T[];
  readonly idOf: (row: T) => string;
  readonly scroller: RefObject<HTMLDivElement>;
  readonly visible: Visible;
  readonly rowHeight: number;
  /** Index of the selected row, or -1. */
  readonly selected: number;
  /** Whether the selection in the address is missing from the rows. */
  readonly isMissing: boolean;
  readonly select: (index: number) => void;
  /** Scrolls to the newest rows and clears the selection. */
  readonly toTop: () => void;
  readonly find: Find;
  readonly live: LiveRows<unknown> | undefined;
}

/** A list with its keys, a search field, and a selection that is kept in the address. */
export function useList<T>({
  title,
  noun,
  rows,
  idOf,
  has,
  all = rows,
  reveal,
  order,
  more,
  rowHeight = 28,
  live,
  isTable = true,
  enter,
  keys = [],
}: ListOf<T>): List<T> {
  const scroller = useRef<HTMLDivElement>(null);
  const visible = useVisible(scroller, rows.length, rowHeight);
  const wanted = route.value.more['row'];
  const selected = rows.findIndex((row) => idOf(row) === wanted);
  const select = (index: number): void => {
    const at = Math.max(0, Math.min(rows.length - 1, index));
    const row = rows[at];
    if (row === undefined) return;
    live?.hold();
    note({ row: idOf(row), ...more?.(row) });
    scrollToRow(scroller.current, at, rowHeight);
  };
  // Also hold the rows in place for a selection that came with the address.
  useEffect(() => {
    if (selected < 0) return;
    live?.hold();
    scrollToRow(scroller.current, selected, rowHeight);
  }, [selected >= 0, order, live?.isHeld]);
  useEffect(() => {
    if (live?.isHeld === true && visible.end > rows.length - AHEAD) live.older();
  }, [visible.end, rows.length, live?.isHeld]);
  const find = useFind({
    rows: all,
    idOf,
    has,
    selected: wanted,
    show: (row) => {
      const at = rows.findIndex((other) => idOf(other) === idOf(row));
      if (at < 0) reveal?.(row);
      else select(at);
    },
    label: 'find in this list',
    keys: ['f'],
    onBegin: live?.hold,
  });
  const toTop = (): void => {
    live?.release();
    note({ row: '', of: '' });
    if (scroller.current !== null) scroller.current.scrollTop = 0;
  };
  useKeys(title, [
    ...(isTable
      ? [
          { keys: ['j', 'ArrowDown'], does: `next ${noun}`, run: () => select(selected + 1) },
          { keys: ['k', 'ArrowUp'], does: `previous ${noun}`, run: () => select(selected - 1) },
        ]
      : []),
    live === undefined
      ? { keys: ['g', 'Home'], does: 'first', run: () => select(0) }
      : { keys: ['g', 'Home'], does: 'first, and follow', run: toTop },
    { keys: ['G', 'End'], does: 'last', run: () => select(rows.length - 1) },
    ...(enter !== undefined && isTable
      ? [{ keys: ['Enter'], does: enter.does, run: () => enter.run(rows[selected]) }]
      : []),
    ...find.keys,
    ...keys,
    ...(live === undefined ? [] : [{ keys: ['Escape'], does: 'leave the selection', run: toTop }]),
  ]);
  const isMissing = selected < 0 && wanted !== undefined;
  return { rows, idOf, scroller, visible, rowHeight, selected, isMissing, select, toTop, find, live };
}

/** Keys that choose the next and the previous order of a list. */
export function orderKeys<T>(all: readonly T[], now: T, choose: (next: T) => void): readonly Key[] {
  const beside = (step: number) => (): void => choose(all.at((all.indexOf(now) + step) % all.length)!);
  return [
    { keys: ['o'], does: 'next order', run: beside(1) },
    { keys: ['O'], does: 'previous order', run: beside(-1) },
  ];
}

/** Name of a column, its class and its title. */
export type Column = readonly [name: string, style?: string, title?: string | undefined];

/** Position of a row in its list. */
export interface RowPlace {
  readonly index: number;
  readonly selected: boolean;
  readonly found: boolean;
}

interface ListTableProps<T> {
  readonly list: List<T>;
  readonly label: string;
  readonly style: string;
  /** Cells of the table head. */
  readonly head: ComponentChildren;
  readonly hidden?: boolean;
  readonly empty?: ComponentChildren;
  readonly children: (row: T, place: RowPlace) => ComponentChildren;
}

/** The line above a list: what its screen says of the rows, the search field, and the button of a paused list. */
export function ListHead<T>({ list, children }: { list: List<T>; children: ComponentChildren }) {
  return (
    <div class="list-head num">
      {children}
      <FindField {...list.find.field} />
      <span class="spacer" />
      <FollowButton list={list} />
    </div>
  );
}

/** The rows of a list, as a table that scrolls. */
export function ListTable<T>({ list, label, style, head, hidden = false, empty, children }: ListTableProps<T>) {
  const { rows, idOf, scroller, visible, rowHeight, selected, find, live } = list;
  return (
    <div
      class="scroll"
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label={label}
      hidden={hidden}
      onScroll={({ currentTarget }) => currentTarget.scrollTop > 0 && live?.hold()}
    >
      <table class={`rows ${style}`} aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>{head}</tr>
        </thead>
        <VirtualBody visible={visible} count={rows.length} rowHeight={rowHeight}>
          {rows.slice(visible.first, visible.end).map((row, offset) => {
            const index = visible.first + offset;
            return children(row, { index, selected: index === selected, found: find.matches.has(idOf(row)) });
          })}
        </VirtualBody>
      </table>
      {rows.length === 0 && empty}
    </div>
  );
}

/** Heads of columns. */
export function heads(columns: readonly Column[]): ComponentChildren {
  return columns.map(([name, style, title]) => (
    <th key={name} scope="col" class={style} title={title}>
      {name}
    </th>
  ));
}

interface ListRowProps extends RowPlace {
  readonly onSelect: (index: number) => void;
  readonly children: ComponentChildren;
}

/** A row that a click selects. */
export function ListRow({ index, selected, found, onSelect, children }: ListRowProps) {
  return (
    <tr aria-rowindex={index + 2} aria-selected={selected} class={found ? 'match' : ''} onClick={() => onSelect(index)}>
      {children}
    </tr>
  );
}

/** A button that leads back to the newest rows of a paused list. */
export function FollowButton<T>({ list: { live, toTop } }: { list: List<T> }) {
  if (live?.isHeld !== true) return null;
  const { fresh, most } = live;
  return (
    <button type="button" class="fresh num" onClick={toTop}>
      {fresh > 0 ? `${grouped(fresh)}${fresh >= most ? '+' : ''} new ↑` : 'follow ↑'}
    </button>
  );
}
