import type { SpanRow } from '../model/span-row.js';
import { isCall } from './n-plus-one.js';

const MAX_LABEL = 64;

/** Systems that have a shorter usual name. */
const SHORT: Readonly<Record<string, string>> = {
  postgresql: 'pg',
  'microsoft.sql_server': 'mssql',
  'aws.dynamodb': 'dynamodb',
};

/** Matches the opening of a connection, which is not a call itself. */
const CONNECTS = /(?:^|[.\s-])connect$/i;

/**
 * A short word for the system that a span calls: the database, `http`, the messaging system, `rpc` of a kind, or the
 * library that made the span. Undefined for a span that is no call.
 */
export function callLabel(span: SpanRow): string | undefined {
  if (!isCall(span)) return undefined;
  const { attributes } = span;
  const database = textIn(attributes['db.system.name'] ?? attributes['db.system']);
  if (database !== undefined) return CONNECTS.test(span.name) ? undefined : (SHORT[database] ?? database);
  if ((attributes['http.request.method'] ?? attributes['http.method']) !== undefined) return 'http';
  return textIn(attributes['messaging.system']) ?? textIn(attributes['rpc.system']) ?? scopeLabel(span.scope);
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_LABEL) : undefined;
}

/** `@opentelemetry/instrumentation-ioredis` is `ioredis`. */
function scopeLabel(scope: string): string {
  const name = scope.slice(scope.lastIndexOf('/') + 1).replace(/^instrumentation-/, '');
  return name === '' ? 'call' : name.slice(0, MAX_LABEL);
}
