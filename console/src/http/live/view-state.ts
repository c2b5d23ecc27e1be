import { LISTS, orderAfter, type ListOf, type Row, type RowId, type View } from '../../api/changes.js';

/** Maximum bytes of all other members. A member that does not fit is left out, and counted as a cut row. */
const MEMBERS_BYTES = 40_000;

/** Members that every frame has outside of its data. */
const ELSEWHERE = new Set(['coverage']);

/**
 * Members that move while nothing happens: the ends of a window up to now, which only the axis of time shows, and the
 * age of a list, which is shown while the event loop is blocked. They are sent with the next change of another kind.
 */
const MOVING: Readonly<Partial<Record<View, ReadonlySet<string>>>> = {
  stacks: new Set(['from', 'to']),
  open: new Set(['ageMillis']),
};

/** An answer as sent: each row and each other member as JSON, at most 250 kB. */
export interface ViewState {
  readonly rows: ReadonlyMap<RowId, string>;
  readonly members: ReadonlyMap<string, string>;
  /** Number of rows and members that did not fit. */
  readonly cut: number;
}

/** Returns the state of an answer, as far as it fits into a frame. */
export function stateOf(view: View, answer: Row): ViewState {
  const list: ListOf = LISTS[view];
  const { [list.member]: rows, ...others } = answer;
  const kept = rowsThatFit(Array.isArray(rows) ? (rows as Row[]) : [], list);
  const members = membersThatFit(others);
  return { rows: kept.rows, members: members.members, cut: kept.cut + members.cut };
}

function rowsThatFit(
  rows: readonly Row[],
  { idOf, keep, maxBytes }: ListOf,
): { rows: Map<RowId, string>; cut: number } {
  const ordered = keep === 'first' ? rows : [...rows].reverse();
  const texts: [RowId, string][] = [];
  let bytes = 0;
  for (const row of ordered) {
    const text = JSON.stringify(row);
    const more = Buffer.byteLength(text);
    if (bytes + more > maxBytes) {
      // If only this row is too large, later rows may still fit.
      if (more > maxBytes / 2) continue;
      break;
    }
    bytes += more;
    texts.push([idOf(row), text]);
  }
  const kept = new Map(keep === 'first' ? texts : texts.reverse());
  return { rows: kept, cut: rows.length - kept.size };
}

function membersThatFit(others: Row): { members: Map<string, string>; cut: number } {
  const members = new Map<string, string>();
  let bytes = 0;
  let cut = 0;
  for (const [name, value] of Object.entries(others)) {
    if (ELSEWHERE.has(name) || value === undefined) continue;
    const text = JSON.stringify(value);
    const more = Buffer.byteLength(text);
    if (bytes + more > MEMBERS_BYTES) cut++;
    else {
      bytes += more;
      members.set(name, text);
    }
  }
  return { members, cut };
}

/** The whole state as JSON. */
export function snapshotOf(view: View, { rows, members }: ViewState): string {
  return objectOf([...members, [LISTS[view].member, `[${[...rows.values()].join(',')}]`]]);
}

/** The difference between two states. */
export interface Change {
  /** As JSON. */
  readonly text: string;
  /** Whether anything other than `MOVING` members changed. */
  readonly isEvent: boolean;
}

/** @returns undefined if there is no difference */
export function changeOf(view: View, before: ViewState, after: ViewState): Change | undefined {
  const members = [...after.members].filter(([name, text]) => before.members.get(name) !== text);
  // A removed member is sent as `null`.
  const left = [...before.members.keys()].filter((name) => !after.members.has(name));
  const list = listChange(LISTS[view], before.rows, after.rows);
  if (members.length + left.length === 0 && list === undefined) return undefined;
  const changed: [string, string][] = [...members, ...left.map((name): [string, string] => [name, 'null'])];
  return {
    text: objectOf(list === undefined ? changed : [...changed, [LISTS[view].member, list]]),
    isEvent: list !== undefined || changed.some(([name]) => MOVING[view]?.has(name) !== true),
  };
}

function listChange(
  { newRows }: ListOf,
  before: ReadonlyMap<RowId, string>,
  after: ReadonlyMap<RowId, string>,
): string | undefined {
  const set = [...after].filter(([id, text]) => before.get(id) !== text);
  const gone = [...before.keys()].filter((id) => !after.has(id));
  const ids = [...after.keys()];
  const expected = orderAfter(
    [...before.keys()],
    set.map(([id]) => id),
    new Set(gone),
    newRows,
  );
  const inOrder = ids.every((id, index) => id === expected[index]);
  if (set.length + gone.length === 0 && inOrder) return undefined;
  return objectOf([
    ['set', `[${set.map(([, text]) => text).join(',')}]`],
    ['gone', JSON.stringify(gone)],
    ...(inOrder ? [] : [['order', JSON.stringify(ids)] as [string, string]]),
  ]);
}

function objectOf(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}
