import { alignAtLeastCost } from './least-cost-alignment.js';
import { assignAtLeastCost } from './minimum-cost.js';

/** Steps up to which the least sum is worked out; a report must not take longer than what it is about. */
const MAX_STEPS = 20_000_000;

/** Rows that are alike: each is to get a column of its own. */
export interface PricedRows {
  readonly times: number;
  /** By column, those that come into question: what it costs. */
  readonly prices: ReadonlyMap<number, number>;
  /** What it costs to get none. */
  readonly priceOfNone: number;
}

/**
 * Gives each row a column of its own, or none at the row's price, so that the sum is least.
 *
 * Rows that are alike take the cheapest columns; where several kinds compete and are few, by the Hungarian method;
 * else whoever gets a column cheapest takes it.
 *
 * @returns by kind of rows: its columns, in ascending order, none left out
 */
export function assignColumns(kinds: readonly PricedRows[]): number[][] {
  const rows = kinds.reduce((sum, { times }) => sum + times, 0);
  // The others have taken fewer columns than there are rows: further ones are never needed.
  const offers = kinds.map(({ prices, priceOfNone }) =>
    [...prices].filter(([, price]) => price <= priceOfNone).sort(byPrice).slice(0, rows),
  );
  const taken = offers.length === 1 ? [columnsOf(offers[0] as Offer[], (kinds[0] as PricedRows).times)] : assigned(kinds, offers, rows);
  return taken.map((columns) => columns.sort((a, b) => a - b));
}

/**
 * Gives each row a column further on than the rows before it, or none at the row's price, so that the sum is least.
 *
 * By dynamic programming where the rows and columns are few; else each takes the next one that costs nothing.
 *
 * @returns by kind of rows: its columns, in ascending order, none left out
 */
export function alignColumns(kinds: readonly PricedRows[], columns: number): number[][] {
  const rows = kinds.reduce((sum, { times }) => sum + times, 0);
  return rows * columns <= MAX_STEPS / 4 ? alignedAtLeastCost(kinds, columns) : nextForNothing(kinds);
}

function alignedAtLeastCost(kinds: readonly PricedRows[], columns: number): number[][] {
  const kindOf = kindsOfRows(kinds);
  const kindAt = (row: number): PricedRows => kinds[kindOf[row] as number] as PricedRows;
  const columnOf = alignAtLeastCost(
    kindOf.length,
    columns,
    (row, column) => kindAt(row).prices.get(column) ?? Infinity,
    (row) => kindAt(row).priceOfNone,
  );
  return byKind(kinds, kindOf, columnOf);
}

function nextForNothing(kinds: readonly PricedRows[]): number[][] {
  let next = 0;
  return kinds.map(({ times, prices }) => {
    const taken: number[] = [];
    for (const [column, price] of [...prices].sort(([a], [b]) => a - b)) {
      if (taken.length === times) break;
      if (price === 0 && column >= next) taken.push(column);
    }
    next = Math.max(next, (taken.at(-1) ?? -1) + 1);
    return taken;
  });
}

/** A column and its price. */
type Offer = readonly [column: number, price: number];

function assigned(kinds: readonly PricedRows[], offers: readonly Offer[][], rows: number): number[][] {
  const columns = [...new Set(offers.flat().map(([column]) => column))].sort((a, b) => a - b);
  return rows * rows * (rows + columns.length) <= MAX_STEPS
    ? atLeastCost(kinds, offers, columns)
    : cheapestFirst(kinds, offers);
}

function atLeastCost(kinds: readonly PricedRows[], offers: readonly Offer[][], columns: readonly number[]): number[][] {
  const kindOf = kindsOfRows(kinds);
  const priceOf = offers.map((offer) => new Map(offer));
  const columnOf = assignAtLeastCost(
    kindOf.length,
    columns.length,
    (row, column) => priceOf[kindOf[row] as number]?.get(columns[column] as number) ?? Infinity,
    (row) => (kinds[kindOf[row] as number] as PricedRows).priceOfNone,
  );
  return byKind(kinds, kindOf, columnOf.map((column) => columns[column] ?? -1));
}

function cheapestFirst(kinds: readonly PricedRows[], offers: readonly Offer[][]): number[][] {
  const all = offers.flatMap((offer, kind) => offer.map(([column, price]) => ({ kind, column, price })));
  const left = kinds.map(({ times }) => times);
  const taken = kinds.map((): number[] => []);
  const gone = new Set<number>();
  for (const { kind, column } of all.sort((a, b) => a.price - b.price)) {
    if (gone.has(column) || (left[kind] as number) === 0) continue;
    gone.add(column);
    left[kind] = (left[kind] as number) - 1;
    taken[kind]?.push(column);
  }
  return taken;
}

function kindsOfRows(kinds: readonly PricedRows[]): number[] {
  return kinds.flatMap(({ times }, kind) => new Array<number>(times).fill(kind));
}

function byKind(kinds: readonly PricedRows[], kindOf: readonly number[], columnOf: readonly number[]): number[][] {
  const taken = kinds.map((): number[] => []);
  for (const [row, column] of columnOf.entries()) if (column >= 0) taken[kindOf[row] as number]?.push(column);
  return taken;
}

function columnsOf(offers: readonly Offer[], times: number): number[] {
  return offers.slice(0, times).map(([column]) => column);
}

function byPrice([a, priceA]: Offer, [b, priceB]: Offer): number {
  return priceA - priceB || a - b;
}
