import { ERROR_TYPE, THREAD_ID, THREAD_NAME } from '../model/semconv.js';
import type { AttributeEntry } from '../model/attribute-entries.js';
import type { ReadableSpan } from '../model/otel.js';
import { textOf } from '../model/text-of.js';
import { errorOf } from './describe-span.js';
import type { FormatTraceOptions } from './format-options.js';
import type { PlainSpan } from '../trace/plain-span.js';

export type AttributeChoice = NonNullable<FormatTraceOptions['attributes']>;

/** Characters of a text that are compared with others: longer ones hardly say the same. */
const MAX_COMPARED = 1_000;

/**
 * The attributes of the semantic conventions that say what a span did. Of each line the first one present
 * is shown: they are one thing under its names of today and before, or from precise to vague.
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

/** Namespaces of the keys that instrumentations write: semantic conventions, then those of web frameworks. */
const CONVENTIONS: ReadonlySet<string> = new Set(
  (
    'aws az azure browser client cloud cloudevents code container db deployment dns dotnet error exception faas ' +
    'gcp gen_ai graphql host http jvm k8s log messaging net network nodejs opentracing os otel peer process rpc ' +
    'server service signalr telemetry thread tls url user_agent v8js webengine ' +
    'connect express fastify hapi hook koa nestjs next plugin restify router'
  ).split(' '),
);

/** Of conventions whose namespaces are words that applications use, too: those of Datadog, which `@vercel/otel` writes. */
const CONVENTIONAL_KEYS: ReadonlySet<string> = new Set(['operation.name', 'resource.name']);

/** Those of the attributes of a span, or of one of its events, that are shown, in the order to show them. */
export function chooseAttributes(
  attributes: readonly AttributeEntry[],
  view: PlainSpan,
  choice: AttributeChoice,
): readonly AttributeEntry[] {
  if (choice === 'none') return [];
  if (choice === 'telling') return [...tellingAttributes(attributes, view), ...ownAttributes(attributes)];
  return choice === 'all' ? attributes : attributes.filter(([key]) => choice(key, view.span as ReadableSpan));
}

/** Those of the conventions that add to the span's line and to each other. */
function tellingAttributes(attributes: readonly AttributeEntry[], view: PlainSpan): AttributeEntry[] {
  const values = new Map(attributes);
  const said = new Set([...wordsOf(textOf(view.name, MAX_COMPARED)), ...errorOf(view, MAX_COMPARED)]);
  const telling: AttributeEntry[] = [];
  for (const keys of TELLING) {
    const key = keys.find((candidate) => values.has(candidate));
    if (key === undefined) continue;
    const value = values.get(key);
    const text = textOf(value, MAX_COMPARED);
    if (said.has(text)) continue;
    said.add(text);
    telling.push([key, value]);
  }
  return telling;
}

/** `POST /orders` says `POST` and `/orders`, `shop.Cart/Add` says `shop.Cart` and `Add`, `pg.query:BEGIN shop` says `BEGIN`. */
function wordsOf(name: string): string[] {
  return [name, ...name.split(/\s+/), ...name.split(/[\s/]+/), ...name.split(/[\s/.:]+/)];
}

/** Those that no convention names: the application's own. */
export function ownAttributes(attributes: readonly AttributeEntry[]): AttributeEntry[] {
  return attributes.filter(([key]) => !CONVENTIONS.has(namespaceOf(key)) && !CONVENTIONAL_KEYS.has(key));
}

/** `''` for a key without one, such as `code`: such a key is the application's own. */
function namespaceOf(key: string): string {
  const dot = key.indexOf('.');
  return dot < 0 ? '' : key.slice(0, dot);
}
