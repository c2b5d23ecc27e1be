import type { Errors } from '../../api/schemas.js';
import { duration } from '../../text/units.js';
import type { ToolAnswer } from '../answer.js';
import type { Call } from '../call.js';
import type { InputOf } from '../inputs.js';
import { clock, plural } from '../words.js';
import { addErrorChanges, groupRow } from './error-rows.js';
import { emptyHint, partialHint } from './hints.js';
import { comparedWith } from './marks.js';

type Input = InputOf<'errors'>;

const DEFAULT_ROWS = 20;
const MAX_GROUPS = 500;

export function errors(call: Call<Input>): ToolAnswer {
  return call.input.mark === undefined ? groups(call) : comparison(call, call.input.mark);
}

function groups(call: Call<Input>): ToolAnswer {
  const { query, limit = DEFAULT_ROWS, budget } = call.input;
  const window = call.fixedWindow(call.input.window);
  const found = call.api.errors({ query, window, limit: MAX_GROUPS });
  const answer = call.answer(found.coverage, { view: 'errors', query, window }, budget);
  answer.say(`${plural(found.groups.length, 'group')} of errors, the one seen last first.`);
  answer.limited(Math.max(0, found.groups.length - limit), 'group');
  if (found.groups.length === 0) emptyHint(answer, found.coverage);
  if (found.partial) partialHint(answer);
  if (found.folded > 0) answer.hint(`${plural(found.folded, 'older error')} belong to groups that were evicted.`);
  answer.list(
    'errors',
    undefined,
    found.groups.slice(0, limit).map((group) => groupRow(group)),
    'group',
  );
  if (found.groups.length > 0) answer.hint('Next: get_trace of the latest occurrence, with focus = its span.');
  return answer.finish();
}

function comparison(call: Call<Input>, name: string): ToolAnswer {
  const { query, limit = DEFAULT_ROWS, budget } = call.input;
  const compared = comparedWith(call.api, name);
  const [before, after] = [compared.before, compared.after].map((window) =>
    call.api.errors({ query, window, limit: MAX_GROUPS }),
  ) as [Errors, Errors];
  const answer = call.answer(after.coverage, { view: 'errors', query, window: compared.after, mark: name }, budget);
  const { mark, beforeMillis, afterMillis } = compared;
  answer.say(
    `Errors in the ${duration(beforeMillis)} before the mark ${mark.name} (${clock(mark.at)}), and in the ${duration(afterMillis)} after it.`,
  );
  if (before.partial || after.partial) partialHint(answer);
  answer.fact('mark', mark.name);
  addErrorChanges(answer, { before: before.groups, after: after.groups, at: mark.at }, limit);
  return answer.finish();
}
