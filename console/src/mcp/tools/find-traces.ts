import type { ToolAnswer } from '../answer.js';
import type { Call } from '../call.js';
import type { InputOf } from '../inputs.js';
import { plural } from '../words.js';
import { emptyHint, givenUpHint, partialHint } from './hints.js';
import { traceRow } from './trace-rows.js';

const DEFAULT_ROWS = 20;

/** Room for a cursor, in characters. */
const CURSOR_ROOM = 700;

/** The order of the rows in words. */
const ORDERS = { newest: 'newest', slowest: 'slowest', spans: 'most spans', errors: 'most errors' } as const;

export function findTraces(call: Call<InputOf<'find_traces'>>): ToolAnswer {
  const { query, sort, limit = DEFAULT_ROWS, cursor, budget } = call.input;
  const window = call.fixedWindow(call.input.window);
  const request = { query, window, sort, cursor };
  const found = call.api.traces({ ...request, limit });
  const answer = call.answer(found.coverage, { view: 'traces', query, window }, budget);
  answer.say(`${plural(found.matched, 'trace')}, ${ORDERS[sort ?? 'newest']} first. Next: get_trace(traceId).`);
  answer.fact('matched', found.matched);
  if (found.rows.length === 0) emptyHint(answer, found.coverage, found.unseenKeys);
  if (found.partial) partialHint(answer);
  givenUpHint(answer, found.givenUp, 'trace');
  // The cursor must point to the first row that is not shown.
  answer.hold(CURSOR_ROOM);
  const count = answer.list('traces', undefined, found.rows.map(traceRow), 'trace');
  const next =
    count === 0 || count === found.rows.length ? found.cursor : call.api.traces({ ...request, limit: count }).cursor;
  answer.release(CURSOR_ROOM);
  answer.limited(found.matched - found.rows.length, 'trace');
  if (next !== null && (found.partial || found.matched > count)) {
    answer.hint(`More: cursor ${JSON.stringify(next)} with the window ${window}.`);
    answer.fact('cursor', next);
    answer.fact('window', window);
  }
  return answer.finish();
}
