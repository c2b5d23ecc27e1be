/*
 * Changes of an answer, as sent by live streams.
 *
 * A list of rows changes by `{ set, gone, order? }`: rows whose id is in `gone` are removed, and each row of `set`
 * replaces the row with the same id. Rows with a new id are added, in the order of `set`, at the front of the list; in
 * `trace` and `time`, at its end. If that would give a wrong order, `order` lists all ids. Any other member is sent
 * whole if it differs.
 */

export type Row = Readonly<Record<string, unknown>>;
export type RowId = string | number;

export interface ListChange {
  readonly set: readonly Row[];
  readonly gone: readonly RowId[];
  readonly order?: readonly RowId[];
}

/**
 * Maximum bytes of the rows in a frame. Together with removed ids, ordered ids and the rest, a frame has at most 256
 * kB.
 */
const ROWS_BYTES = 120_000;

/** The same for the slots of a heatmap, whose ids and other members are small. */
export const SLOTS_BYTES = 210_000;

export interface ListOf {
  /** Name of the list in the answer. */
  readonly member: string;
  readonly idOf: (row: Row) => RowId;
  /** Where new rows are added. */
  readonly newRows: 'first' | 'last';
  /** The end of the list that is kept if there are too many rows for a frame. */
  readonly keep: 'first' | 'last';
  readonly maxBytes: number;
}

const byId = (row: Row) => row['id'] as RowId;

/** The list of rows in the answer of each view. */
export const LISTS = {
  traces: { member: 'rows', idOf: byId, newRows: 'first', keep: 'first', maxBytes: ROWS_BYTES },
  trace: { member: 'spans', idOf: byId, newRows: 'last', keep: 'first', maxBytes: ROWS_BYTES },
  stacks: { member: 'rows', idOf: byId, newRows: 'first', keep: 'first', maxBytes: ROWS_BYTES },
  time: { member: 'slots', idOf: (row) => row['at'] as number, newRows: 'last', keep: 'last', maxBytes: SLOTS_BYTES },
  errors: { member: 'groups', idOf: byId, newRows: 'first', keep: 'first', maxBytes: ROWS_BYTES },
  logs: { member: 'rows', idOf: byId, newRows: 'first', keep: 'first', maxBytes: ROWS_BYTES },
  open: {
    member: 'spans',
    idOf: (row) => `${String(row['traceId'])}:${String(row['spanId'])}`,
    newRows: 'first',
    keep: 'first',
    maxBytes: ROWS_BYTES,
  },
} as const satisfies Readonly<Record<string, ListOf>>;

export type View = keyof typeof LISTS;

/** Order of the ids after a change, unless `order` is sent. */
export function orderAfter(
  ids: readonly RowId[],
  set: readonly RowId[],
  gone: ReadonlySet<RowId>,
  newRows: ListOf['newRows'],
): RowId[] {
  const known = new Set(ids);
  const kept = ids.filter((id) => !gone.has(id));
  const added = set.filter((id) => !known.has(id));
  return newRows === 'first' ? [...added, ...kept] : [...kept, ...added];
}

/** Applies a change to an answer, as a client does. */
export function applyChange(view: View, before: Row, change: Row): Row {
  const list: ListOf = LISTS[view];
  const { [list.member]: rows, ...others } = change;
  if (rows === undefined) return { ...before, ...others };
  return { ...before, ...others, [list.member]: applyToList(before[list.member] as Row[], rows as ListChange, list) };
}

function applyToList(rows: readonly Row[], { set, gone, order }: ListChange, { idOf, newRows }: ListOf): Row[] {
  const rowById = new Map([...rows, ...set].map((row) => [idOf(row), row]));
  const ids = order ?? orderAfter(rows.map(idOf), set.map(idOf), new Set(gone), newRows);
  return ids.map((id) => rowById.get(id)).filter((row) => row !== undefined);
}
