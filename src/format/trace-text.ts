import type { ReadableSpan, TimedEvent } from '../model/otel.js';
import type { Trace } from '../model/trace.js';
import { chooseAttributes, type AttributeEntry } from './attributes.js';
import { describeEvent, eventStyle, inOrder } from './describe-event.js';
import { barStyle, describeSpan, isFailed } from './describe-span.js';
import { formatDuration, nanosBetween } from './duration.js';
import type { FormatTraceOptions } from './format-options.js';
import { outline, type OutlineEntry } from './outline.js';
import { Page, type Gutter } from './page.js';
import { piece, type Text } from './text.js';
import { Timeline } from './timeline.js';
import { formatValue } from './value.js';

const STACK = 'exception.stacktrace';
/** What the text of an event says already. */
const SAID: ReadonlySet<string> = new Set([STACK, 'exception.type', 'exception.message']);

/** One trace as lines. */
export class TraceText {
  readonly #trace: Trace;
  readonly #options: Required<FormatTraceOptions>;
  readonly #page: Page;
  readonly #entries: readonly OutlineEntry[];
  readonly #spans: readonly ReadableSpan[];
  readonly #timeline: Timeline;

  constructor(trace: Trace, options: Required<FormatTraceOptions>) {
    this.#trace = trace;
    this.#options = options;
    this.#page = new Page(options.width, options.timeline);
    this.#entries = outline(trace, this.#page.textWidth / 2);
    this.#spans = this.#entries.flatMap(({ node }) => node?.span ?? []);
    this.#timeline = new Timeline(this.#spans, this.#page.cells);
  }

  lines(): Text[] {
    return [this.#header(), ...this.#entries.flatMap((entry) => this.#entry(entry))];
  }

  #header(): Text {
    const failed = this.#spans.filter(isFailed).length;
    const summary = ` · ${count(this.#spans.length, 'span')} · ${formatDuration(this.#timeline.nanos)}`;
    return this.#page.line([
      piece('trace ', 'dim'),
      piece(this.#trace.traceId, 'bold'),
      piece(summary, 'dim'),
      ...(failed > 0 ? [piece(' · ', 'dim'), piece(count(failed, 'error'), 'red')] : []),
    ]);
  }

  #entry({ node, spanId, branch, rails }: OutlineEntry): Text[] {
    if (node === undefined) {
      const gap = piece(`⋯ parent ${spanId} not ended yet, or lost`, 'dim');
      return this.#page.block([[gap]], { first: branch, rest: rails });
    }
    const { span } = node;
    const below = { first: rails, rest: rails };
    const chosen = chooseAttributes(span.attributes, span, this.#options.attributes);
    return [
      ...this.#page.block(describeSpan(span), { first: branch, rest: rails }, this.#spanGutter(span)),
      ...this.#page.block(attributeParts(chosen), below),
      ...(this.#options.events ? inOrder(span.events).flatMap((event) => this.#event(event, span, rails)) : []),
      ...this.#page.block(droppedParts(span), below),
    ];
  }

  #event(event: TimedEvent, span: ReadableSpan, rails: string): Text[] {
    const chosen = chooseAttributes(event.attributes ?? {}, span, this.#options.attributes);
    const parts = [...describeEvent(event), ...attributeParts(chosen.filter(([key]) => !SAID.has(key)))];
    return [
      ...this.#page.block(parts, { first: rails, rest: `${rails}  ` }, this.#eventGutter(event)),
      ...stackLines(chosen).flatMap((line) => this.#page.block([line], { first: rails, rest: rails })),
    ];
  }

  #spanGutter(span: ReadableSpan): Gutter {
    const time = piece(formatDuration(nanosBetween(span.startTime, span.endTime)));
    return { time, mark: this.#timeline.bar(span, barStyle(span)) };
  }

  #eventGutter(event: TimedEvent): Gutter {
    const offset = this.#timeline.offsetOf(event.time);
    const time = piece(`${offset < 0 ? '' : '+'}${formatDuration(offset)}`, 'dim');
    return { time, mark: this.#timeline.mark(event.time, '•', eventStyle(event)) };
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function attributeParts(entries: readonly AttributeEntry[]): Text[] {
  return entries.map(([key, value]) => [piece(`${key}=`, 'dim'), piece(formatValue(value))]);
}

/** The frames of the stack trace, if the `attributes` option asks for it. */
function stackLines(chosen: readonly AttributeEntry[]): Text[] {
  const stack = chosen.find(([key]) => key === STACK)?.[1];
  const [, ...frames] = typeof stack === 'string' ? stack.split('\n') : [];
  return frames.map((frame) => [piece(frame, 'dim')]);
}

/** What the limits of the SDK or of the cache took away. */
function droppedParts({ droppedAttributesCount, droppedEventsCount }: ReadableSpan): Text[] {
  const counts = [[droppedAttributesCount, 'attribute'], [droppedEventsCount, 'event']] as const;
  return counts
    .filter(([dropped]) => dropped > 0)
    .map(([dropped, what]) => [piece(`⋯ ${count(dropped, what)} dropped`, 'dim')]);
}
