import type { Context } from 'hono';

const CHUNK = 65_536;

/** Number of rows above which an answer is written piece by piece. */
const MANY = 500;

/**
 * An answer as JSON. A long list of rows is written as the client reads it, so that a client that does not read holds
 * one piece in memory, not the text of 50,000 spans.
 */
export function json(c: Context, answer: object): Response {
  const long = Object.values(answer).some((member) => Array.isArray(member) && member.length > MANY);
  if (!long) return c.json(answer);
  return c.body(streamOf(piecesOf(answer)), 200, { 'Content-Type': 'application/json' });
}

function streamOf(pieces: Iterator<string, undefined>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      pull(controller) {
        const next = pieces.next();
        if (next.done === true) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      },
    },
    { highWaterMark: 0 },
  );
}

/** Pieces of at least 64 kB, except the last one. */
function* piecesOf(answer: object): Generator<string, undefined> {
  let piece = '';
  for (const part of partsOf(answer)) {
    piece += part;
    if (piece.length >= CHUNK) {
      yield piece;
      piece = '';
    }
  }
  yield piece;
}

function* partsOf(answer: object): Generator<string> {
  let before = '{';
  for (const [name, value] of Object.entries(answer)) {
    if (value === undefined) continue;
    yield `${before}${JSON.stringify(name)}:`;
    before = ',';
    if (Array.isArray(value)) yield* partsOfList(value);
    else yield JSON.stringify(value);
  }
  yield before === '{' ? '{}' : '}';
}

function* partsOfList(list: readonly unknown[]): Generator<string> {
  let before = '[';
  for (const item of list) {
    yield before + JSON.stringify(item);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}
