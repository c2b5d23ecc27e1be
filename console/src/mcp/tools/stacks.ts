import { firstRows } from '../../api/stacks-answer.js';
import type { StackRow } from '../../api/schemas.js';
import { duration, percent, rate } from '../../text/units.js';
import type { Row, ToolAnswer } from '../answer.js';
import type { Call } from '../call.js';
import type { InputOf } from '../inputs.js';
import { ToolError } from '../tool-error.js';
import { shown } from '../untrusted.js';
import { clock, millis, plural } from '../words.js';
import { emptyHint, partialHint } from './hints.js';
import { comparedWith, windowFor } from './marks.js';
import { addStackChanges } from './stack-changes.js';

type Input = InputOf<'stacks'>;

const DEFAULT_ROWS = 40;
const MAX_ROWS = 2_000;
const MAX_INDENT = 15;

export function stacks(call: Call<Input>): ToolAnswer {
  return call.input.mark === undefined ? table(call) : comparison(call, call.input.mark);
}

function table(call: Call<Input>): ToolAnswer {
  const { query, sort, split, limit = DEFAULT_ROWS, budget } = call.input;
  const window = call.fixedWindow(call.input.window);
  const found = call.api.stacks({ query, window, sort, split, limit: MAX_ROWS });
  const rows = firstRows(found.rows, sort, limit);
  const answer = call.answer(found.coverage, { view: 'stacks', query, window }, budget);
  answer.limited(found.rows.length - rows.length, 'call path');
  answer.say(
    `${plural(found.rows.length, 'call path')}, by ${sort ?? 'total'}; children are indented. Times are p50 / p95 / p99; share is of the time of all roots.`,
  );
  if (split !== undefined) answer.note(`split by ${shown(split)}`);
  if (found.rows.length === 0) emptyHint(answer, found.coverage);
  if (found.partial) partialHint(answer);
  if (found.late > 0)
    answer.hint(`${plural(found.late, 'span')} arrived too late for the time table and are not in it.`);
  answer.list('stacks', undefined, inTreeOrder(rows).map(tableRow), 'call path');
  if (found.rows.length > 0) answer.hint('Next: explain_slow(stack: id), or get_trace of an example.');
  return answer.finish();
}

function tableRow(row: StackRow): Row {
  const { id, depth, name, kind, value, calls, perSecond, errors, p50, p95, p99, self, share, nPlusOne, examples } =
    row;
  const example = examples.slowest ?? examples.newest;
  const line = [
    `${'  '.repeat(Math.min(depth, MAX_INDENT))}${shown(name, 100)}${kind === 'internal' ? '' : ` [${shown(kind, 20)}]`}${value === null ? '' : ` = ${shown(value, 80)}`}`,
    `${plural(calls, 'call')} (${rate(perSecond)}/s)`,
    ...(errors > 0 ? [`${plural(errors, 'error')} (${percent(errors / calls)})`] : []),
    `${duration(p50)} / ${duration(p95)} / ${duration(p99)}`,
    `self ${duration(self)}`,
    `share ${percent(share)}`,
    ...(nPlusOne ? ['N+1'] : []),
    `id ${id}`,
    ...(example === null ? [] : [`e.g. ${shown(example, 40)}`]),
  ].join(', ');
  return {
    lines: [line],
    record: {
      id,
      depth,
      name: shown(name, 100),
      ...(value === null ? {} : { value: shown(value, 80) }),
      calls,
      errors,
      p50Ms: millis(p50),
      p95Ms: millis(p95),
      ...(nPlusOne ? { nPlusOne } : {}),
    },
  };
}

/** Puts children below their parent. Siblings keep the order of the API, which sorts all rows by one number. */
function inTreeOrder(rows: readonly StackRow[]): StackRow[] {
  const ids = new Set(rows.map(({ id }) => id));
  const children = new Map<number | undefined, StackRow[]>();
  for (const row of rows) {
    const parent = row.parent !== null && ids.has(row.parent) ? row.parent : undefined;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [row]);
    else siblings.push(row);
  }
  const ordered: StackRow[] = [];
  const waiting = (children.get(undefined) ?? []).toReversed();
  for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
    ordered.push(row);
    waiting.push(...(children.get(row.id) ?? []).toReversed());
  }
  return ordered;
}

function comparison(call: Call<Input>, name: string): ToolAnswer {
  const { query, split, limit = DEFAULT_ROWS, budget } = call.input;
  if (query !== undefined && query.trim() !== '')
    throw new ToolError('mark must come without a query: only whole call paths are compared.');
  if (split !== undefined) throw new ToolError('mark must come without split: only whole call paths are compared.');
  const compared = comparedWith(call.api, name);
  const { mark, previous, beforeMillis, afterMillis } = compared;
  const found = call.api.stacks({ window: windowFor(compared), sort: call.input.sort, mark: name, limit: MAX_ROWS });
  const answer = call.answer(found.coverage, { view: 'stacks', window: compared.after, mark: name }, budget);
  const since =
    previous === undefined
      ? `${duration(beforeMillis)} before`
      : `since the mark ${previous.name}, ${duration(beforeMillis)}`;
  answer.say(
    `Before and after the mark ${mark.name} (${clock(mark.at)}): ${since}, and ${duration(afterMillis)} after.`,
  );
  answer.fact('mark', mark.name);
  addStackChanges(answer, found.rows, limit);
  return answer.finish();
}
