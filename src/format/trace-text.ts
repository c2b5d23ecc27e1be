import type { AttributeEntry } from '../model/attribute-entries.js';
import { EXCEPTION_MESSAGE, EXCEPTION_STACKTRACE, EXCEPTION_TYPE } from '../model/semconv.js';
import { counted, textOf, valueText } from '../model/text-of.js';
import { groupBy } from '../support/group-by.js';
import { outline, type OutlineEntry } from '../trace/outline.js';
import { plainSpan, type PlainEvent, type PlainSpan } from '../trace/plain-span.js';
import { formatDuration, nanosBetween } from '../trace/text/duration.js';
import type { Trace } from '../trace/trace.js';
import { mapTree } from '../trace/walk.js';
import { chooseAttributes } from './attributes.js';
import { describeEvent, eventStyle, inOrder } from './describe-event.js';
import { barStyle, describeSpan, isFailed } from './describe-span.js';
import { foldItems, type FoldedItem, type FoldedSpans } from './fold.js';
import type { FormatTraceOptions } from './format-options.js';
import { Page, type Gutter } from './page.js';
import { piece, type Text } from './text.js';
import { Timeline } from './timeline.js';

/** Attributes that the text of an event contains already. */
const SHOWN_IN_TEXT: ReadonlySet<string> = new Set([EXCEPTION_STACKTRACE, EXCEPTION_TYPE, EXCEPTION_MESSAGE]);

/** Characters read of a stack trace: far more than V8 records. */
const MAX_STACK_LENGTH = 32_768;

/** Characters read of a name or value, per column of the page: some characters take no column. */
const CHARACTERS_PER_COLUMN = 4;

/** Formats one trace as lines. */
export class TraceText {
  readonly #traceId: string;
  readonly #options: Required<FormatTraceOptions>;
  readonly #maxLength: number;
  readonly #page: Page;
  readonly #entries: readonly OutlineEntry<FoldedItem>[];
  readonly #views: readonly PlainSpan[];
  readonly #timeline: Timeline;

  constructor(trace: Trace, options: Required<FormatTraceOptions>) {
    this.#traceId = trace.traceId;
    this.#options = options;
    this.#maxLength = CHARACTERS_PER_COLUMN * options.width;
    this.#page = new Page(options.width, options.timeline);
    const items = itemsOf(trace);
    this.#entries = [...outline(options.fold ? foldItems(items) : items, this.#page.textWidth / 2)];
    this.#views = this.#entries.flatMap(({ node }) => node.view ?? []);
    this.#timeline = new Timeline(this.#views, this.#page.cells);
  }

  lines(): Text[] {
    return [this.#header(), ...this.#entries.flatMap((entry) => this.#entry(entry))];
  }

  #header(): Text {
    const failed = this.#views.filter(isFailed).length;
    const folded = this.#entries.flatMap(({ node }) => node.folded).reduce((sum, { count }) => sum + count, 0);
    const summary = ` · ${counted(this.#views.length + folded, 'span')} · ${formatDuration(this.#timeline.nanos)}`;
    return this.#page.line([
      piece('trace ', 'dim'),
      piece(this.#traceId, 'bold', this.#maxLength),
      piece(summary, 'dim'),
      ...(failed > 0 ? [piece(' · ', 'dim'), piece(counted(failed, 'error'), 'red')] : []),
      ...(this.#options.label === '' ? [] : [piece(` · ${this.#options.label}`, 'dim', this.#maxLength)]),
    ]);
  }

  #entry({ node: { view, children, folded }, branch, rails }: OutlineEntry<FoldedItem>): Text[] {
    if (view === undefined) {
      const gap = piece(
        `⋯ parent ${textOf(children[0]?.view?.parentSpanId, this.#maxLength)} not ended yet, or lost`,
        'dim',
      );
      return this.#page.block([[gap]], { first: branch, rest: rails });
    }
    const below = { first: rails, rest: rails };
    const chosen = chooseAttributes(view.attributes, view, this.#options.attributes);
    const title = describeSpan(view, this.#maxLength);
    return [
      ...this.#page.block(title, { first: branch, rest: rails }, this.#spanGutter(view)),
      ...this.#page.block(this.#attributeParts(chosen), below),
      ...(this.#options.events ? inOrder(view.events).flatMap((event) => this.#event(event, view, rails)) : []),
      ...this.#page.block(droppedParts(view), below),
      ...this.#page.block(foldedParts(folded), below),
    ];
  }

  #event(event: PlainEvent, view: PlainSpan, rails: string): Text[] {
    const chosen = chooseAttributes(event.attributes, view, this.#options.attributes);
    const parts = [
      ...describeEvent(event, this.#maxLength),
      ...this.#attributeParts(chosen.filter(([key]) => !SHOWN_IN_TEXT.has(key))),
    ];
    return [
      ...this.#page.block(parts, { first: rails, rest: `${rails}  ` }, this.#eventGutter(event)),
      ...this.#stackLines(chosen).flatMap((line) => this.#page.block([line], { first: rails, rest: rails })),
    ];
  }

  #attributeParts(entries: readonly AttributeEntry[]): Text[] {
    return entries.map(([key, value]) => [
      piece(`${textOf(key, this.#maxLength)}=`, 'dim'),
      piece(valueText(value, this.#maxLength)),
    ]);
  }

  /** The frames of the stack trace, if the option `attributes` includes it. */
  #stackLines(chosen: readonly AttributeEntry[]): Text[] {
    const stack = chosen.find(([key]) => key === EXCEPTION_STACKTRACE)?.[1];
    const [, ...frames] = typeof stack === 'string' ? textOf(stack, MAX_STACK_LENGTH).split('\n') : [];
    return frames.map((frame) => [piece(frame, 'dim', this.#maxLength)]);
  }

  #spanGutter(view: PlainSpan): Gutter {
    const time = piece(formatDuration(nanosBetween(view.startTime, view.endTime)));
    return { time, mark: this.#timeline.bar(view, barStyle(view)) };
  }

  #eventGutter(event: PlainEvent): Gutter {
    const offset = this.#timeline.offsetOf(event.time);
    const time = piece(`${offset < 0 ? '' : '+'}${formatDuration(offset)}`, 'dim');
    return { time, mark: this.#timeline.mark(event.time, '•', eventStyle(event)) };
  }
}

/** The spans of a trace as items. Spans with the same missing parent are children of one gap. */
function itemsOf({ roots }: Trace): FoldedItem[] {
  const items = mapTree(roots, ({ span, parentMissing }, children: FoldedItem[]): FoldedItem => {
    return { view: plainSpan(span), parentMissing, children, folded: [] };
  });
  const topLevel = groupBy(items, (item) => (item.parentMissing ? item.view?.parentSpanId : item));
  return Array.from(topLevel, ([parent, children]) => {
    return typeof parent === 'object' ? parent : { view: undefined, parentMissing: false, children, folded: [] };
  });
}

/** Numbers of attributes and events dropped because of limits of the SDK or the cache. */
function droppedParts({ droppedAttributesCount, droppedEventsCount }: PlainSpan): Text[] {
  const counts = [
    [droppedAttributesCount, 'attribute'],
    [droppedEventsCount, 'event'],
  ] as const;
  return counts
    .filter(([dropped]) => dropped > 0)
    .map(([dropped, what]) => [piece(`⋯ ${counted(dropped, what)} dropped`, 'dim')]);
}

/** Numbers of spans folded into a span. */
function foldedParts(folded: readonly FoldedSpans[]): Text[] {
  return folded.map(({ kind, count, nanos }) => [
    piece(`⋯ ${counted(count, `${kind} span`)}, ${formatDuration(nanos)}`, 'dim'),
  ]);
}
