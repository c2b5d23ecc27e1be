import { ApiError } from './api-error.js';

/** Place of a row in an answer: its sort key and its id. */
export interface Place {
  readonly key: number;
  readonly id: number;
}

/** Where the next page continues. */
export interface Cursor {
  /** Rows up to this place, in the order of the answer, have been returned already. */
  readonly after: Place | undefined;
  /** The next page starts with the newest row older than this row id, at its span number `span`. */
  readonly before: number | undefined;
  readonly span: number;
  /** Becomes `after` once the whole history has been read. By then, every row up to this place has been returned. */
  readonly floor: Place | undefined;
}

const START: Cursor = { after: undefined, before: undefined, span: 0, floor: undefined };

/** Writes a cursor as text. It is valid for one epoch and one order of rows. */
export function writeCursor(cursor: Cursor, epoch: string, order: string): string {
  const { after, before, span, floor } = cursor;
  const numbers = [after?.key, after?.id, before, span, floor?.key, floor?.id].map((number) => number ?? '');
  return [epoch, order, ...numbers].join('~');
}

export function readCursor(text: string | undefined, epoch: string, order: string): Cursor {
  if (text === undefined) return START;
  const [ofEpoch, ofOrder, ...rest] = text.split('~');
  const numbers = rest.map((part) => (part === '' ? undefined : Number(part)));
  const [afterKey, afterId, before, span = 0, floorKey, floorId] = numbers;
  if (rest.length !== 6 || numbers.some((number) => number !== undefined && !Number.isFinite(number)))
    throw new ApiError(400, { error: 'The cursor must be one of a previous answer.' });
  if (ofEpoch !== epoch)
    throw new ApiError(400, { error: 'The cursor is from before a restart of the service: begin without one.' });
  if (ofOrder !== order)
    throw new ApiError(400, { error: 'The cursor is from an answer in another order: begin without one.' });
  return { after: placeOf(afterKey, afterId), before, span, floor: placeOf(floorKey, floorId) };
}

function placeOf(key: number | undefined, id: number | undefined): Place | undefined {
  return key === undefined || id === undefined ? undefined : { key, id };
}

/** Orders places: the larger key first, then the newer row. */
export function comparePlaces(a: Place, b: Place): number {
  return b.key - a.key || b.id - a.id;
}
