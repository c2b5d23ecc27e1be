import type { SpanDetail, TraceDetail } from '../../api/schemas.js';
import { stretch } from '../../text/bars.js';
import { exceptionText } from '../../text/exception-text.js';
import { beside, flow, left, piece, right, type Line, type Style } from '../../text/styled.js';
import { counted, duration, percent } from '../../text/units.js';
import { eventAttributes, spanAttributes, valueText } from './attributes.js';
import { severityStyle, severityText } from './severity.js';

const TIME = 8;
const GUTTER_GAPS = 6;
/** Columns per level. Past half of the text's width, `…` replaces the outer levels. */
const INDENT = 3;
/** Maximum number of rails before a span: more than any terminal has room for. */
const MAX_RAILS = 200;
/** Maximum number of spans listed from the critical path. */
const MAX_STEPS = 12;

export interface TreeOptions {
  readonly width: number;
  /** Whether all attributes and stack traces are shown. */
  readonly all: boolean;
}

/**
 * A trace as a tree: each span with its duration, self time and bar on the timeline, and below it its attributes and
 * log lines. Heavy bars mark the critical path, whose spans are listed at the end, longest part first.
 */
export function traceTree(trace: TraceDetail, options: TreeOptions): Line[] {
  const page = new Page(trace, options);
  return [
    titleOf(trace),
    page.header(),
    ...branchesOf(trace.spans).flatMap(({ span, first, rest }) => page.span(span, first, rest)),
    ...criticalPath(trace),
    ...nPlusOnes(trace),
  ];
}

function titleOf({ traceId, spans, duration: millis, failed, logs, complete, services }: TraceDetail): Line {
  return [
    piece('trace ', 'dim'),
    piece(traceId, 'bold'),
    piece(` · ${duration(millis)} · ${counted(spans.length, 'span')}`, 'dim'),
    ...(failed > 0 ? [piece(' · ', 'dim'), piece(counted(failed, 'error'), 'red')] : []),
    ...(logs > 0 ? [piece(` · ${counted(logs, 'log')}`, 'dim')] : []),
    ...(complete ? [] : [piece(' · ', 'dim'), piece('incomplete', 'yellow')]),
    piece(` · ${services.join(', ')}`, 'dim'),
  ];
}

interface Branch {
  readonly span: SpanDetail;
  /** Drawn before the span. */
  readonly first: string;
  /** Drawn before the lines below it. */
  readonly rest: string;
}

/** The branches of the drawn tree, derived from the depths of the spans, which are in tree order. */
function branchesOf(spans: readonly SpanDetail[]): Branch[] {
  const hasSibling = siblingsBelow(spans);
  const open: boolean[] = [];
  return spans.map((span, index) => {
    open.length = span.depth;
    const rails = open
      .slice(Math.max(1, open.length - MAX_RAILS))
      .map((more) => (more ? '│  ' : '   '))
      .join('');
    const more = hasSibling[index] === true;
    open[span.depth] = more;
    const [first, rest] = span.depth === 0 ? ['', ''] : more ? ['├─ ', '│  '] : ['└─ ', '   '];
    return { span, first: `${rails}${first}`, rest: `${rails}${rest}${span.children > 0 ? '│  ' : '   '}` };
  });
}

/** For each span, whether a sibling follows. Computed from the end, in one pass. */
function siblingsBelow(spans: readonly SpanDetail[]): boolean[] {
  const seen: boolean[] = [];
  const result = new Array<boolean>(spans.length).fill(false);
  for (let index = spans.length - 1; index >= 0; index--) {
    const { depth } = spans[index] as SpanDetail;
    result[index] = seen[depth] === true;
    seen.length = depth + 1;
    seen[depth] = true;
  }
  return result;
}

/**
 * The column layout of the tree: times and timeline on the left, in the same columns on every line; texts on the right.
 */
class Page {
  readonly #trace: TraceDetail;
  readonly #options: TreeOptions;
  readonly #cells: number;
  readonly #textWidth: number;

  constructor(trace: TraceDetail, options: TreeOptions) {
    this.#trace = trace;
    this.#options = options;
    this.#cells = Math.min(40, Math.floor((options.width - 2 * TIME) * 0.25));
    this.#textWidth = options.width - 2 * TIME - this.#cells - GUTTER_GAPS;
  }

  header(): Line {
    return this.#row('time', 'self', [piece(' '.repeat(this.#cells))], []);
  }

  span(span: SpanDetail, first: string, rest: string): Line[] {
    const isCritical = span.critical > 0;
    const from = span.start - this.#trace.start;
    const bar = stretch(from, from + span.duration, this.#trace.duration, this.#cells, isCritical);
    const [title = [], ...more] = this.#flow(titleParts(span), first);
    const blank: Line = [piece(' '.repeat(this.#cells))];
    return [
      this.#row(duration(span.duration), duration(span.self), [piece(bar, barStyle(span))], title, 'plain'),
      ...more.map((line) => this.#row('', '', blank, this.#indented(line, rest))),
      ...this.#below(spanAttributes(span, this.#options.all), rest),
      ...span.events.flatMap((event) => this.#event(event, rest)),
      ...this.#below(droppedParts(span), rest),
    ];
  }

  #event(event: SpanDetail['events'][number], rest: string): Line[] {
    const offset = event.time - this.#trace.start;
    const mark = stretch(offset, offset, this.#trace.duration, this.#cells).replace(/[╺━╸]+/, '•');
    const style = event.log === null ? 'dim' : severityStyle(event.log.severityNumber);
    const parts: Line[] = [...eventParts(event), ...eventAttributes(event.attributes, this.#options.all)];
    const [first = [], ...more] = this.#flow(parts, rest);
    const blank: Line = [piece(' '.repeat(this.#cells))];
    return [
      this.#row(`${offset < 0 ? '' : '+'}${duration(offset)}`, '', [piece(mark.padEnd(this.#cells), style)], first),
      ...more.map((line) => this.#row('', '', blank, line)),
      ...(this.#options.all ? this.#stack(event, rest) : []),
    ];
  }

  /** The frames of a stack trace, without its first line, which repeats the event's text. */
  #stack({ attributes }: SpanDetail['events'][number], rest: string): Line[] {
    const stack = attributes['exception.stacktrace'];
    const [, ...frames] = typeof stack === 'string' ? stack.split('\n', 200) : [];
    return frames.flatMap((frame) => this.#below([[piece(frame.trimEnd(), 'dim')]], rest));
  }

  #below(parts: readonly Line[], rest: string): Line[] {
    const blank: Line = [piece(' '.repeat(this.#cells))];
    return this.#flow(parts, rest).map((line) => this.#row('', '', blank, line));
  }

  #flow(parts: readonly Line[], rails: string): Line[] {
    const indent = piece(this.#indent(rails), 'dim');
    return flow(parts, Math.max(1, this.#textWidth - indent.text.length)).map((line) => [indent].concat(line));
  }

  #indented(line: Line, rails: string): Line {
    const [, ...texts] = line;
    return [piece(this.#indent(rails), 'dim'), ...texts];
  }

  #indent(rails: string): string {
    const most = Math.floor(this.#textWidth / 2 / INDENT) * INDENT;
    return rails.length <= most ? rails : `… ${rails.slice(rails.length - most + 2)}`;
  }

  #row(time: string, self: string, mark: Line, text: Line, style: Style = 'dim'): Line {
    return beside(right([piece(time, style)], TIME), right([piece(self, 'dim')], TIME), left(mark, this.#cells), text);
  }
}

function titleParts(span: SpanDetail): Line[] {
  const { name, kind, status, percentile, thread } = span;
  return [
    [piece(name, 'bold')],
    ...(kind === 'internal' ? [] : [[piece(kind, 'dim')]]),
    ...(status === 'error' ? [[piece(`✗ ${errorOf(span)}`, 'red')]] : []),
    // A percentile of 1 means nothing for the only call of a stack.
    ...(percentile !== null && percentile >= 0.95 && percentile < 1
      ? [[piece(`slower than ${percent(percentile)} of its stack`, 'yellow')]]
      : []),
    ...(thread === null ? [] : [[piece(`thread ${thread}`, 'dim')]]),
  ];
}

/** The type (`503`, `ECONNREFUSED`) and the message. */
function errorOf({ attributes, statusMessage }: SpanDetail): string {
  const type = attributes['error.type'];
  return [type === undefined ? '' : valueText(type), statusMessage].filter(Boolean).join(': ') || 'ERROR';
}

function eventParts({ name, attributes, log }: SpanDetail['events'][number]): Line[] {
  if (log !== null) {
    const severity = severityText(log.severityNumber, log.severityText);
    return [[piece(severity.padEnd(5), severityStyle(log.severityNumber)), piece(' '), piece(log.body || name)]];
  }
  const exception = exceptionText(attributes);
  return [[piece(name, 'cyan')], ...(exception === '' ? [] : [[piece(exception, 'red')]])];
}

function droppedParts({ dropped }: SpanDetail): Line[] {
  return Object.entries(dropped)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => [piece(`⋯ ${counted(count, what.replace(/s$/, ''))} dropped`, 'dim')]);
}

function barStyle({ status, kind, critical }: SpanDetail): Style {
  if (status === 'error') return 'red';
  if (critical === 0) return 'dim';
  return kind === 'client' || kind === 'producer' ? 'magenta' : kind === 'internal' ? 'cyan' : 'blue';
}

/** The parts of the critical path, which add up to the duration of the root. */
function criticalPath({ spans, duration: whole }: TraceDetail): Line[] {
  const steps = spans.filter(({ critical }) => critical > 0).sort((one, other) => other.critical - one.critical);
  if (steps.length < 2) return [];
  const sum = steps.reduce((total, { critical }) => total + critical, 0);
  const rest = steps.slice(MAX_STEPS);
  const restMillis = rest.reduce((total, { critical }) => total + critical, 0);
  const row = (millis: number, text: Line): Line =>
    beside(right([piece(duration(millis))], TIME), right([piece(percent(millis / (sum || 1)), 'dim')], 6), text);
  return [
    [],
    [piece('critical path', 'bold'), piece(` · ${duration(sum)} of ${duration(whole)}`, 'dim')],
    ...steps.slice(0, MAX_STEPS).map(({ critical, name }) => row(critical, [piece(name)])),
    ...(rest.length > 0 ? [row(restMillis, [piece(counted(rest.length, 'further span'), 'dim')])] : []),
  ];
}

function nPlusOnes({ nPlusOne }: TraceDetail): Line[] {
  if (nPlusOne.length === 0) return [];
  return [
    [],
    [piece('repeated calls (N+1)', 'bold')],
    ...nPlusOne.map(({ count, name, duration: millis, share, statement }) =>
      beside(
        right([piece(duration(millis))], TIME),
        right([piece(percent(share), 'dim')], 6),
        [piece(`${counted(count, 'time')} `, 'yellow'), piece(name, 'bold')],
        [piece(statement ?? '', 'dim')],
      ),
    ),
  ];
}
