import type { LogLine } from '../../api/schemas.js';
import type { Row, ToolAnswer } from '../answer.js';
import type { Call } from '../call.js';
import type { InputOf } from '../inputs.js';
import { shown, shownValue } from '../untrusted.js';
import { clock, millis, plural } from '../words.js';
import { emptyHint, givenUpHint, partialHint } from './hints.js';

const DEFAULT_ROWS = 50;
const MAX_ATTRIBUTES = 6;
const CURSOR_ROOM = 700;

export function logs(call: Call<InputOf<'logs'>>): ToolAnswer {
  const { query, limit = DEFAULT_ROWS, cursor, budget } = call.input;
  const window = call.fixedWindow(call.input.window);
  const request = { query, window, cursor };
  const found = call.api.logs({ ...request, limit });
  const answer = call.answer(found.coverage, { view: 'logs', query, window }, budget);
  answer.say(`${plural(found.matched, 'log line')}, newest first.`);
  answer.fact('matched', found.matched);
  const { evictedLogs } = found.coverage;
  if (evictedLogs > 0) answer.hint(`${plural(evictedLogs, 'log record')} without a span, evicted by newer ones.`);
  if (found.rows.length === 0) emptyHint(answer, found.coverage);
  if (found.partial) partialHint(answer);
  givenUpHint(answer, found.givenUp, 'log line');
  answer.hold(CURSOR_ROOM);
  const count = answer.list('logs', undefined, found.rows.map(logRow), 'log line');
  const next =
    count === 0 || count === found.rows.length ? found.cursor : call.api.logs({ ...request, limit: count }).cursor;
  answer.release(CURSOR_ROOM);
  answer.limited(found.matched - found.rows.length, 'log line');
  if (next !== null && (found.partial || found.matched > count)) {
    answer.hint(`More: cursor ${JSON.stringify(next)} with the window ${window}.`);
    answer.fact('cursor', next);
    answer.fact('window', window);
  }
  return answer.finish();
}

function logRow({ time, severity, body, attributes, span, traceId, reason }: LogLine): Row {
  const entries = Object.entries(attributes);
  const some = entries.slice(0, MAX_ATTRIBUTES).map(([key, value]) => `${shown(key, 60)}=${shownValue(value, 120)}`);
  if (entries.length > MAX_ATTRIBUTES) some.push(`${entries.length - MAX_ATTRIBUTES} more attributes`);
  const where =
    traceId === null ? `no span (${shown(reason ?? 'unknown', 40)})` : `${shown(span ?? '', 60)} ${shown(traceId, 40)}`;
  return {
    lines: [[`${clock(time)} ${shown(severity, 20)} ${shown(body, 400)}`, ...some, where].join(' | ')],
    record: {
      timeMs: millis(time),
      severity: shown(severity, 20),
      body: shown(body, 160),
      ...(traceId === null ? {} : { traceId: shown(traceId, 40) }),
    },
  };
}
