import { ERROR_TYPE, THREAD_ID, THREAD_NAME } from '../model/semconv.js';
import type { AttributeEntry } from '../model/attribute-entries.js';
import type { ReadableSpan } from '../model/otel.js';
import { textOf } from '../model/text-of.js';
import { errorOf } from './describe-span.js';
import type { FormatTraceOptions } from './format-options.js';
import type { PlainSpan } from '../trace/plain-span.js';

export type AttributeChoice = NonNullable<FormatTraceOptions['attributes']>;

/** Maximum characters of a text that are compared: longer texts rarely repeat each other. */
const MAX_COMPARED = 1_000;

/**
 * The attributes of the semantic conventions that describe what a span did. Only the first attribute present in each
 * line is shown: a line lists the current and earlier names of one attribute, or attributes from most to least
 * specific.
 */
const TELLING: readonly (readonly string[])[] = [
  ['http.request.method', 'http.method'],
  ['http.route', 'url.full', 'http.url', 'url.path', 'http.target'],
  ['http.response.status_code', 'http.status_code'],
  ['http.request.resend_count', 'http.resend_count'],
  ['graphql.operation.name'],
  ['rpc.service'],
  ['rpc.method'],
  ['rpc.response.status_code', 'rpc.grpc.status_code'],
  ['db.system.name', 'db.system'],
  ['db.collection.name', 'db.sql.table', 'db.mongodb.collection'],
  ['db.query.text', 'db.statement', 'db.query.summary', 'db.operation.name', 'db.operation'],
  ['db.response.status_code'],
  ['messaging.destination.name', 'messaging.destination'],
  ['faas.trigger'],
  ['gen_ai.request.model'],
  [ERROR_TYPE],
  [THREAD_NAME, THREAD_ID],
];

/** Namespaces of the attributes that instrumentations set: namespaces of the conventions, then of web frameworks. */
const CONVENTIONS: ReadonlySet<string> = new Set(
  (
    'aws az azure browser client cloud cloudevents code container db deployment dns dotnet error exception faas ' +
    'gcp gen_ai graphql host http jvm k8s log messaging net network nodejs opentracing os otel peer process rpc ' +
    'server service signalr telemetry thread tls url user_agent v8js webengine ' +
    'connect express fastify hapi hook koa nestjs next plugin restify router'
  ).split(' '),
);

/** Conventional keys in namespaces that applications also use: Datadog's keys, which `@vercel/otel` sets. */
const CONVENTIONAL_KEYS: ReadonlySet<string> = new Set(['operation.name', 'resource.name']);

/** The attributes to show for a span or one of its events, in display order. */
export function chooseAttributes(
  attributes: readonly AttributeEntry[],
  view: PlainSpan,
  choice: AttributeChoice,
): readonly AttributeEntry[] {
  if (choice === 'none') return [];
  if (choice === 'telling') return [...tellingAttributes(attributes, view), ...ownAttributes(attributes)];
  return choice === 'all' ? attributes : attributes.filter(([key]) => choice(key, view.span as ReadableSpan));
}

/** The conventional attributes whose values are not shown already, by the span's line or by another attribute. */
function tellingAttributes(attributes: readonly AttributeEntry[], view: PlainSpan): AttributeEntry[] {
  const values = new Map(attributes);
  const shown = new Set([...wordsOf(textOf(view.name, MAX_COMPARED)), ...errorOf(view, MAX_COMPARED)]);
  const telling: AttributeEntry[] = [];
  for (const keys of TELLING) {
    const key = keys.find((candidate) => values.has(candidate));
    if (key === undefined) continue;
    const value = values.get(key);
    const text = textOf(value, MAX_COMPARED);
    if (shown.has(text)) continue;
    shown.add(text);
    telling.push([key, value]);
  }
  return telling;
}

/** The words in names such as `POST /orders`, `shop.Cart/Add` and `pg.query:BEGIN shop`, split in several ways. */
function wordsOf(name: string): string[] {
  return [name, ...name.split(/\s+/), ...name.split(/[\s/]+/), ...name.split(/[\s/.:]+/)];
}

/** The application's own attributes, which no convention defines. */
export function ownAttributes(attributes: readonly AttributeEntry[]): AttributeEntry[] {
  return attributes.filter(([key]) => !CONVENTIONS.has(namespaceOf(key)) && !CONVENTIONAL_KEYS.has(key));
}

/** The namespace of a key; `''` for a key without one, such as `code`, which belongs to the application. */
function namespaceOf(key: string): string {
  const dot = key.indexOf('.');
  return dot < 0 ? '' : key.slice(0, dot);
}
