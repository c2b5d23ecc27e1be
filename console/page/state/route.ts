import { pageAddress } from '../../src/api/page-address.js';
import { epoch as hostEpoch } from '../api/live.js';
import { signal } from './signal.js';

/* The state of the page is in the address after `#`, as made by `pageAddress()`, so it survives a reload. */

export const SCREENS = ['traces', 'stacks', 'time', 'errors', 'logs', 'open'] as const;
export type Screen = (typeof SCREENS)[number];

export interface Route {
  readonly screen: Screen | 'trace' | 'file';
  /** The trace on the screens `trace` and `file`; without one, `file` lists the traces of the file. */
  readonly traceId: string | undefined;
  readonly query: string;
  readonly window: string;
  /** The start of the service in which the address was made. After another start, its selection and times are gone. */
  readonly epoch: string | undefined;
  /** Further members of a screen: its selection, order and split. */
  readonly more: Readonly<Record<string, string>>;
}

export const DEFAULT_WINDOW = '5m';
export const TRACE_ID = /^[0-9a-f]{32}$/;

export const route = signal<Route>(parse(location.hash));

/** The list that a trace leads back to: the one shown last, with its selection. */
export let lastList: Partial<Route> = { screen: 'traces' };

/** The trace that was opened last. */
export let lastTrace: Route | undefined;

function read(): void {
  const place = parse(location.hash);
  if (hasQuery(place)) lastList = place;
  else if (place.screen === 'trace') lastTrace = place;
  route.value = place;
}

/** Key of the screen at an index. Key 2 is the trace that was opened last. */
export function keyOf(index: number): string {
  return String(index === 0 ? 1 : index + 2);
}

function parse(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', id = ''] = path.split('/');
  const { q: query = '', window = DEFAULT_WINDOW, epoch, ...more } = Object.fromEntries(new URLSearchParams(search));
  const traceId = TRACE_ID.test(id) ? id : undefined;
  const place = { query, window, epoch, more };
  if (name === 'file' || (name === 'trace' && traceId !== undefined)) return { screen: name, traceId, ...place };
  return { screen: SCREENS.find((known) => known === name) ?? 'traces', traceId: undefined, ...place };
}

function textOf(place: Route): string {
  return pageAddress({ ...place, window: place.window === DEFAULT_WINDOW ? '' : place.window });
}

/** Address of another place, for links. Keeps the query and the window, and on the same screen all else. */
export function linkTo(change: Partial<Route>): string {
  return textOf(changed(change));
}

/** A selection belongs to the rows of one query and window. */
function withoutRow({ row: _row, of: _of, ...more }: Route['more']): Route['more'] {
  return more;
}

function changed(change: Partial<Route>): Route {
  const { query, window, screen, traceId, epoch } = route.value;
  const same = change.screen === undefined || change.screen === screen;
  const kept = { screen, traceId: same ? traceId : undefined, query, window, epoch: hostEpoch.value ?? epoch };
  const otherRows = change.query !== undefined || change.window !== undefined;
  const more = otherRows ? withoutRow(route.value.more) : route.value.more;
  return { ...kept, more: same ? more : {}, ...change };
}

/** Whether the screen depends on the query and the window. */
export function hasQuery({ screen }: Route): boolean {
  return screen !== 'trace' && screen !== 'file';
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Address of the current view, with an absolute window and without the token. */
export function lastingAddress(now: number): string {
  const [, count, unit = ''] = /^([\d.]+)(ms|s|m|h)$/.exec(route.value.window) ?? [];
  if (count === undefined || !hasQuery(route.value) || now === 0) return new URL(linkTo({}), location.href).href;
  const from = Math.floor(now - Number(count) * (UNITS[unit] ?? 1));
  const window = `${from}..${Math.ceil(now)}`;
  return new URL(linkTo({ window, more: route.value.more }), location.href).href;
}

/** Goes to another place, with an entry in the browser's history. */
export function go(change: Partial<Route>): void {
  history.pushState(null, '', linkTo(change));
  read();
}

/** Adds the start of the service to an address that lacks it. */
export function noteEpoch(): void {
  if (route.peek().epoch === undefined) note({});
}

/** Puts a selection into the address, without an entry in the browser's history. */
export function note(more: Readonly<Record<string, string>>): void {
  const next = changed({ more: { ...route.value.more, ...more } });
  history.replaceState(null, '', textOf(next));
  read();
}

export function followAddress(): void {
  read();
  addEventListener('popstate', read);
  addEventListener('hashchange', read);
}
