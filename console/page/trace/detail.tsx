import { Fragment } from 'preact';
import type { SpanDetail } from '../../src/api/schemas.js';
import { duration, percent, timeOfDay } from '../../src/text/units.js';
import { copy } from '../parts/copy.js';
import { Facts, StackTrace, type Fact } from '../parts/facts.js';
import { go, linkTo, route } from '../state/route.js';
import { comparison, line, valueText } from '../text/shown.js';
import { eventText, severityOf, type Line, type SpanEvent } from './flatten.js';
import type { ShownTrace } from './shown-trace.js';

/** All details of the selected span or event, the reason of a failure first. */
export function Detail({ row, trace }: { row: Line | undefined; trace: ShownTrace }) {
  if (row === undefined) return <p class="faint">Select a line to see its attributes.</p>;
  const { span } = row;
  const errors = span.events.filter((event) => severityOf(event) === 'error');
  const others = span.events.filter((event) => severityOf(event) !== 'error');
  return (
    <>
      {row.kind === 'event' && <EventDetail event={row.event} start={trace.start} />}
      <SpanFacts span={span} trace={trace} />
      {span.statusMessage !== null && <p class="bad message">{line(span.statusMessage, 2_000)}</p>}
      {row.kind === 'span' && <Events events={errors} start={trace.start} />}
      <AttributeTable title="Attributes" attributes={span.attributes} />
      {row.kind === 'span' && <Events events={others} start={trace.start} />}
      {span.links.length > 0 && <Links links={span.links} />}
      <Dropped {...span.dropped} />
      <AttributeTable title="Resource" attributes={trace.resources[String(span.process)] ?? {}} prefix="resource." />
    </>
  );
}

function SpanFacts({ span, trace }: { span: SpanDetail; trace: ShownTrace }) {
  const facts: Fact[] = [
    ['start', `+${duration(Math.max(0, span.start - trace.start))} · ${timeOfDay(span.start)}`],
    ['duration', `${duration(span.duration)} (${share(span.duration, trace.duration)} of the trace)`],
    ['self', `${duration(span.self)} (${share(span.self, span.duration)})`],
    ['critical', `${duration(span.critical)} on the critical path (${share(span.critical, trace.duration)})`],
    ...(span.percentile === null
      ? []
      : [['stack', `slower than ${percent(span.percentile)} of its call path`] as const]),
    ['scope', line(span.scope, 100)],
    ['service', `${line(span.service, 60)}${span.thread === null ? '' : ` · thread ${span.thread}`}`],
    ['span', span.spanId],
  ];
  return (
    <>
      <h2 class="detail-name">
        {line(span.name, 500) || '(no name)'} <span class="faint">{span.kind}</span>{' '}
        {span.status === 'error' && <span class="bad">✗ error</span>}
      </h2>
      <Facts facts={facts} />
    </>
  );
}

function share(part: number, whole: number): string {
  return whole <= 0 ? '0 %' : percent(part / whole);
}

function Events({ events, start }: { events: readonly SpanEvent[]; start: number }) {
  return (
    <>
      {events.map((event, index) => (
        <EventDetail key={index} event={event} start={start} />
      ))}
    </>
  );
}

function EventDetail({ event, start }: { event: SpanEvent; start: number }) {
  const { 'exception.stacktrace': stack, ...attributes } = event.attributes;
  return (
    <section class="event-detail">
      <h3>
        <span class={severityClass(event)}>
          {line(event.log?.severityText ?? (event.log ? 'log' : event.name), 40)}
        </span>{' '}
        <span class="faint num">+{duration(Math.max(0, event.time - start))}</span>
      </h3>
      <p class="message">{line(eventText(event), 4_000)}</p>
      {typeof stack === 'string' && <StackTrace stack={stack} />}
      <AttributeTable title="Attributes of the event" attributes={attributes} />
    </section>
  );
}

export function severityClass(event: SpanEvent): string {
  return { error: 'bad', warn: 'warn', info: 'faint' }[severityOf(event)];
}

interface AttributeTableProps {
  readonly title: string;
  readonly attributes: SpanDetail['attributes'];
  /** Prefix of the keys in a query. */
  readonly prefix?: string;
}

function AttributeTable({ title, attributes, prefix = '' }: AttributeTableProps) {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return null;
  return (
    <table class="attributes">
      <caption>{title}</caption>
      <tbody>
        {entries.map(([key, value]) => (
          <tr key={key}>
            <th scope="row">{breakable(line(key, 200))}</th>
            <td>
              <span class="value">{line(valueText(value), 8_192)}</span>
              <span class="value-acts">
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Copy ${line(key, 60)}`}
                  onClick={() => void copy(valueText(value), line(key, 60))}
                >
                  copy
                </button>
                {!isOfFile() && (
                  <button
                    type="button"
                    class="quiet"
                    aria-label={`Find traces with this ${line(key, 60)}`}
                    onClick={() => go({ screen: 'traces', query: comparison(prefix + key, value) })}
                  >
                    filter
                  </button>
                )}
                {prefix === '' && !isOfFile() && (
                  <button
                    type="button"
                    class="quiet"
                    aria-label={`Split call paths by ${line(key, 60)}`}
                    onClick={() => go({ screen: 'stacks', more: { split: key } })}
                  >
                    split
                  </button>
                )}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A long key breaks after a dot or an underscore. */
function breakable(key: string) {
  return key.split(/(?<=[._])/).map((part, index) => (
    <Fragment key={index}>
      {part}
      <wbr />
    </Fragment>
  ));
}

/** Whether the trace is from a file, whose attributes cannot be searched in live data. */
function isOfFile(): boolean {
  return route.value.screen === 'file';
}

function Links({ links }: { links: SpanDetail['links'] }) {
  return (
    <section>
      <h3>Links</h3>
      <ul class="links">
        {links.map(({ traceId, spanId }) => (
          <li key={`${traceId} ${spanId}`}>
            <a class="mono" href={linkTo({ screen: isOfFile() ? 'file' : 'trace', traceId, more: { span: spanId } })}>
              {line(traceId, 32)} {line(spanId, 16)}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Dropped({ attributes, events, links }: SpanDetail['dropped']) {
  const parts = Object.entries({ attributes, events, links }).filter(([, count]) => count > 0);
  if (parts.length === 0) return null;
  return <p class="warn">Left out: {parts.map(([name, count]) => `${count} ${name}`).join(', ')}</p>;
}
