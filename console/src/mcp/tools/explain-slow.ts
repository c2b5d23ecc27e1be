import type { Slow } from '../../api/schemas.js';
import { duration, percent } from '../../text/units.js';
import type { Row, ToolAnswer } from '../answer.js';
import type { Call } from '../call.js';
import type { InputOf } from '../inputs.js';
import { shown } from '../untrusted.js';
import { millis } from '../words.js';
import { emptyHint, partialHint } from './hints.js';

export function explainSlow(call: Call<InputOf<'explain_slow'>>): ToolAnswer {
  const { query, stack, slowerThan, budget } = call.input;
  const window = call.fixedWindow(call.input.window);
  const found = call.api.slow({ query, window, stack, slowerThan });
  const answer = call.answer(found.coverage, { view: 'time', query, window }, budget);
  const spans = stack === undefined ? 'roots of traces' : `spans of stack ${stack}`;
  answer.say(
    `${found.slow} slow ${spans} (at least ${duration(found.slowerThan)}) against ${found.normal} normal ones. Counted from the kept spans.`,
  );
  answer.fact('slowerThanMs', millis(found.slowerThan));
  answer.fact('slow', found.slow);
  answer.fact('normal', found.normal);
  if (found.slow + found.normal === 0) emptyHint(answer, found.coverage);
  else if (found.normal === 0)
    answer.hint('There is no normal one to compare with: give slowerThan (ms), or a longer window.');
  if (found.partial) partialHint(answer);
  answer.list('nPlusOne', 'repeated calls in slow traces (N+1):', repeatedRows(found.nPlusOne), 'repeated call');
  answer.list('paths', 'where slow ones spend more time, per call (self time):', found.paths.map(pathRow), 'path');
  answer.list(
    'differences',
    'attribute values that differ most:',
    found.differences.map((each) => differenceRow(each, found)),
    'attribute value',
  );
  const { slow, normal } = found.examples;
  answer.list('examples', 'examples:', exampleRows(slow, normal), 'example');
  if (slow.length > 0) answer.hint('Next: get_trace of an example; compare a slow one with a normal one.');
  return answer.finish();
}

type Repeated = Slow['nPlusOne'][number];

/** One row for each statement, with its longest occurrence. */
function repeatedRows(found: readonly Repeated[]): Row[] {
  const alike = new Map<string, Repeated[]>();
  for (const call of found) {
    const key = `${call.name}\0${call.statement ?? ''}`;
    alike.set(key, [...(alike.get(key) ?? []), call]);
  }
  return [...alike.values()].map((calls) => repeatedRow(calls[0]!, calls.length));
}

function repeatedRow(
  { name, statement, count, duration: time, share, traceId, example }: Repeated,
  traces: number,
): Row {
  const text = statement === null ? '' : `: ${shown(statement, 240)}`;
  const more = traces > 1 ? `, and in ${traces - 1} more` : '';
  return {
    lines: [
      `  ${count} x ${shown(name, 80)}, one after the other, ${duration(time)}, ${percent(share)} of the parent, in trace ${traceId}${more}${text}`,
    ],
    record: { name: shown(name, 80), count, durationMs: millis(time), share: millis(share), traceId, spanId: example },
  };
}

function pathRow({ path, slowMillis, normalMillis }: Slow['paths'][number]): Row {
  const more = slowMillis - normalMillis;
  return {
    lines: [`  ${shown(path, 300)}: ${duration(slowMillis)} against ${duration(normalMillis)} (+${duration(more)})`],
    record: { path: shown(path, 200), slowMs: millis(slowMillis), normalMs: millis(normalMillis) },
  };
}

function differenceRow({ key, value, slow, normal }: Slow['differences'][number], all: Slow): Row {
  return {
    lines: [
      `  ${shown(key, 80)} = ${shown(value, 120)}: ${shareOf(slow, all.slow)} of slow (${slow}), ${shareOf(normal, all.normal)} of normal (${normal})`,
    ],
    record: { key: shown(key, 80), value: shown(value, 120), slow, normal },
  };
}

function shareOf(count: number, of: number): string {
  return percent(of === 0 ? 0 : count / of);
}

function exampleRows(slow: readonly string[], normal: readonly string[]): Row[] {
  return [
    ...slow.slice(0, 3).map((traceId): Row => ({ lines: [`  slow ${traceId}`], record: { traceId, slow: true } })),
    ...normal.slice(0, 2).map((traceId): Row => ({ lines: [`  normal ${traceId}`], record: { traceId, slow: false } })),
  ];
}
