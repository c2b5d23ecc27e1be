import { duration } from '../../text/units.js';
import type { Row, ToolAnswer } from '../answer.js';
import type { Call } from '../call.js';
import type { InputOf } from '../inputs.js';
import { clock, instant } from '../words.js';
import { marksOf } from './marks.js';

const MAX_MARKS = 20;

export function mark(call: Call<InputOf<'mark'>>): ToolAnswer {
  const { name, budget } = call.input;
  const set = call.api.mark({ name });
  const { coverage } = call.api.pulse();
  const answer = call.answer(coverage, { view: 'stacks' }, budget);
  answer.say(`Mark ${set.name} is set at ${instant(set.at)}.`);
  answer.say(`Next: send the requests again, then stacks(mark: "${name}") and errors(mark: "${name}").`);
  answer.fact('name', set.name);
  answer.fact('atMs', set.at);
  const now = call.api.now();
  const others = marksOf(call.api)
    .filter((each) => each.name !== set.name)
    .slice(-MAX_MARKS)
    .map(({ name: other, at }): Row => ({
      lines: [`  ${other} at ${clock(at)}, ${duration(now - at)} ago`],
      record: { name: other, atMs: at },
    }));
  answer.list('earlier', 'earlier marks:', others, 'mark');
  return answer.finish();
}
