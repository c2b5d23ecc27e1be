import type { SpanDetail, TraceDetail } from '../../api/schemas.js';
import { duration, percent } from '../../text/units.js';
import type { Answer, Row, ToolAnswer } from '../answer.js';
import { ToolError } from '../tool-error.js';
import type { Call } from '../call.js';
import type { InputOf } from '../inputs.js';
import { shown, shownValue } from '../untrusted.js';
import { instant, millis as rounded, plural } from '../words.js';
import { groupsOf, rankOf, type Group } from './span-groups.js';
import { groupRow } from './span-lines.js';

const MAX_STEPS = 8;
const MAX_REPEATED = 5;
const MAX_ATTRIBUTES = 200;
const MAX_EVENTS = 100;

export function getTrace(call: Call<InputOf<'get_trace'>>): ToolAnswer {
  const { traceId, focus, budget } = call.input;
  const trace = call.api.trace(traceId);
  const focused = focus === undefined ? undefined : spanOf(trace, focus);
  const answer = call.answer(trace.coverage, { view: 'trace', trace: traceId, span: focus }, budget);
  const { spans, failed, logs, complete } = trace;
  const counts = [plural(spans.length, 'span'), plural(failed, 'error'), plural(logs, 'log')].join(', ');
  const part = complete ? '' : ' It is not whole: its root had not ended in time, or parts came later.';
  answer.say(`Trace of ${instant(trace.start)}, ${duration(trace.duration)}: ${counts}.${part}`);
  answer.say(
    'Lines: name [kind] duration @offset, self = time without children, crit = share of the critical path, #span id.',
  );
  answer.fact('traceId', traceId);
  answer.fact('durationMs', rounded(trace.duration));
  answer.note(
    `services: ${trace.services
      .slice(0, 20)
      .map((service) => shown(service, 40))
      .join(', ')}`,
  );
  if (focused === undefined) {
    addCriticalPath(answer, trace);
    addRepeated(answer, trace);
    addOutline(answer, trace, groupsOf(spans), undefined);
    answer.hint('Next: get_trace with focus = a span id shows all of that span: attributes, events, links.');
  } else {
    addDetail(answer, trace, focused);
    addOutline(answer, trace, groupsOf(around(spans, focused)), focused);
  }
  return answer.finish();
}

function spanOf({ spans }: TraceDetail, focus: string): SpanDetail {
  const span = spans.find(({ spanId }) => spanId === focus);
  if (span === undefined)
    throw new ToolError(
      `focus must be a span id of this trace, got ${focus}: call get_trace without focus to see them.`,
    );
  return span;
}

/** The ancestors of a span, the span, and its descendants. */
function around(spans: readonly SpanDetail[], focused: SpanDetail): SpanDetail[] {
  const at = spans.indexOf(focused);
  const above: SpanDetail[] = [];
  let depth = focused.depth;
  for (let index = at - 1; index >= 0 && depth > 0; index--) {
    const span = spans[index]!;
    if (span.depth < depth) {
      above.unshift(span);
      ({ depth } = span);
    }
  }
  let end = at + 1;
  while (end < spans.length && spans[end]!.depth > focused.depth) end++;
  return [...above, ...spans.slice(at, end)];
}

function addOutline(
  answer: Answer,
  trace: TraceDetail,
  groups: readonly Group[],
  focused: SpanDetail | undefined,
): void {
  const ranks = groups.map((group) => rankOf(group, focused));
  const rowAt = (index: number): Row => groupRow(groups[index]!, trace, focused);
  answer.outline('spans', ranks, rowAt, (from, to) => {
    const left = groups.slice(from, to).flatMap(({ members }) => members);
    const longest = left.reduce((most, span) => Math.max(most, span.duration), 0);
    return `... ${plural(left.length, 'span')} left out, the longest ${duration(longest)}`;
  });
}

/** Adds the parts of the critical path, largest first. */
function addCriticalPath(answer: Answer, { spans }: TraceDetail): void {
  const byName = new Map<string, { millis: number; count: number }>();
  let whole = 0;
  for (const { name, critical } of spans) {
    if (critical <= 0) continue;
    whole += critical;
    const part = byName.get(name) ?? { millis: 0, count: 0 };
    byName.set(name, { millis: part.millis + critical, count: part.count + 1 });
  }
  const parts = [...byName].sort(([, a], [, b]) => b.millis - a.millis);
  const rows = parts.slice(0, MAX_STEPS).map(([name, { millis, count }]): Row => {
    const times = count > 1 ? ` x${count}` : '';
    return {
      lines: [`  ${percent(millis / (whole || 1))} ${duration(millis)} ${shown(name, 100)}${times}`],
      record: { name: shown(name, 100), criticalMs: rounded(millis), count },
    };
  });
  if (rows.length > 1)
    answer.list('criticalPath', `critical path, ${duration(whole)} in all:`, rows, 'part of the critical path');
}

function addRepeated(answer: Answer, { nPlusOne }: TraceDetail): void {
  const rows = nPlusOne
    .slice(0, MAX_REPEATED)
    .map(({ name, count, duration: millis, share, statement, parent, example }): Row => {
      const text = statement === null ? '' : `: ${shown(statement, 240)}`;
      return {
        lines: [
          `  ${count} x ${shown(name, 80)}, one after the other, ${duration(millis)}, ${percent(share)} of the parent #${parent}, example #${example}${text}`,
        ],
        record: { name: shown(name, 80), count, durationMs: rounded(millis), share: rounded(share), parent, example },
      };
    });
  answer.list('nPlusOne', 'repeated calls (N+1):', rows, 'repeated call');
}

/** Adds all details of one span. */
function addDetail(answer: Answer, { resources, start }: TraceDetail, span: SpanDetail): void {
  const { percentile, statusMessage } = span;
  const about = [
    `#${span.spanId} ${shown(span.name, 200)} [${span.kind}] ${span.status}`,
    ...(statusMessage === null ? [] : [`status: ${shown(statusMessage, 500)}`]),
    `${duration(span.duration)}, self ${duration(span.self)}, critical ${duration(span.critical)}`,
    ...(percentile === null
      ? []
      : [`took at least as long as ${percent(percentile)} of the calls of its stack (id ${span.stack})`]),
    `scope ${shown(span.scope, 100)}, service ${shown(span.service, 60)}`,
  ];
  answer.list(undefined, undefined, [{ lines: about, record: undefined }], 'description');
  const { attributes, events, links, dropped } = span;
  answer.list('attributes', 'attributes:', attributeRows(attributes), 'attribute');
  answer.list(
    'events',
    'events and logs:',
    events.slice(0, MAX_EVENTS).map((event) => eventRow(event, start)),
    'event',
  );
  answer.limited(Math.max(0, events.length - MAX_EVENTS), 'event');
  answer.list(
    'links',
    'links:',
    links.slice(0, 20).map(({ traceId, spanId }) => ({
      lines: [`  trace ${shown(traceId)} span ${shown(spanId)}`],
      record: { traceId: shown(traceId), spanId: shown(spanId) },
    })),
    'link',
  );
  answer.list(
    'resource',
    'resource:',
    attributeRows(resources[String(span.process)] ?? {}),
    'attribute of the resource',
  );
  const lost = Object.entries(dropped).filter(([, count]) => count > 0);
  if (lost.length > 0)
    answer.hint(`The SDK dropped of this span: ${lost.map(([what, count]) => `${count} ${what}`).join(', ')}.`);
}

function attributeRows(attributes: SpanDetail['attributes']): Row[] {
  return Object.entries(attributes)
    .slice(0, MAX_ATTRIBUTES)
    .map(([key, value]) => ({
      lines: [`  ${shown(key, 100)} = ${shownValue(value, 1_500)}`],
      record: [shown(key, 100), shownValue(value, 300)],
    }));
}

function eventRow({ name, time, attributes, log }: SpanDetail['events'][number], start: number): Row {
  const text = log === null ? shown(name, 200) : `${shown(log.severityText ?? 'log', 20)} ${shown(log.body, 1_000)}`;
  const details = Object.entries(attributes)
    .slice(0, 30)
    .map(
      ([key, value]) => `    ${shown(key, 100)} = ${shownValue(value, key === 'exception.stacktrace' ? 2_500 : 500)}`,
    );
  return {
    lines: [`  @${duration(time - start)} ${text}`, ...details],
    record: { offsetMs: rounded(time - start), text: text.slice(0, 200) },
  };
}
