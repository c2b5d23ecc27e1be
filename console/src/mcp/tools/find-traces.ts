import type { ToolAnswer } from '../answer.js';
import type { Call } from '../call.js';
import type { InputOf } from '../inputs.js';
import { plural } from '../words.js';
import { emptyHint, givenUpHint, partialHint } from './hints.js';
import { traceRow } from './trace-rows.js';

const DEFAULT_ROWS = 20;

export function findTraces(call: Call<InputOf<'find_traces'>>): ToolAnswer {
  const { query, sort, limit = DEFAULT_ROWS, cursor, budget } = call.input;
  const window = call.fixedWindow(call.input.window);
  const request = { query, window, sort, cursor };
  const found = call.api.traces({ ...request, limit });
  const answer = call.answer(found.coverage, { view: 'traces', query, window }, budget);
  answer.say(`${plural(found.matched, 'trace')}, ${sort ?? 'newest'} first. Next: get_trace(traceId).`);
  answer.fact('matched', found.matched);
  if (found.rows.length === 0) emptyHint(answer, found.coverage);
  if (found.partial) partialHint(answer);
  givenUpHint(answer, found.givenUp, 'trace');
  // Room for the cursor, which must point to the first row not shown.
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

const CURSOR_ROOM = 700;
