import type { EventRow } from '../../src/model/span-row.js';
import { idIn, listIn, memberIn, numberIn, objectIn, textIn } from './json.js';
import { toMillis } from './nanos.js';
import { attributesOf, linkOf, type OpenedAttributes, type OpenedSpan, type OpenedSpans } from './opened-spans.js';
import { KINDS, STATUSES, type AttributeValue } from './saved-trace.js';

/* OTLP JSON written by a file exporter or by `save-otlp.ts`. */

/** Names of the span kinds by number, in lower case. */
const KIND_NAMES = ['unspecified', ...KINDS];

export function isOtlp(json: unknown): boolean {
  return ['resourceSpans', 'resourceLogs', 'resourceMetrics'].some((name) => Array.isArray(memberIn(json, name)));
}

/** Adds the spans of all requests, then their log records, because a record may precede its span in the file. */
export function readOtlp(requests: readonly unknown[], spans: OpenedSpans): void {
  for (const group of requests.flatMap((request) => listIn(request, 'resourceSpans'))) {
    const process = spans.process(attributesIn(memberIn(group, 'resource'), 'attributes'));
    for (const scoped of listIn(group, 'scopeSpans')) {
      const scope = memberIn(scoped, 'scope');
      const common = {
        process,
        scope: textIn(scope, 'name') ?? '',
        scopeVersion: textIn(scope, 'version') || undefined,
      };
      for (const span of listIn(scoped, 'spans')) spans.add(spanOf(span, common));
    }
  }
  for (const group of requests.flatMap((request) => listIn(request, 'resourceLogs'))) {
    for (const record of listIn(group, 'scopeLogs').flatMap((scoped) => listIn(scoped, 'logRecords'))) {
      spans.addEvent(idIn(record, 'traceId', 32), idIn(record, 'spanId', 16), logOf(record));
    }
  }
}

function spanOf(span: unknown, common: Pick<OpenedSpan, 'process' | 'scope' | 'scopeVersion'>): OpenedSpan | undefined {
  const traceId = idIn(span, 'traceId', 32);
  const spanId = idIn(span, 'spanId', 16);
  const start = nanosIn(span, 'startTimeUnixNano');
  if (traceId === undefined || spanId === undefined || start === undefined) return undefined;
  const end = nanosIn(span, 'endTimeUnixNano') ?? start;
  const status = memberIn(span, 'status');
  // A literal of all members: a spread would make 100,000 spans take ten times as long.
  return {
    process: common.process,
    scope: common.scope,
    scopeVersion: common.scopeVersion,
    traceId,
    spanId,
    parentSpanId: idIn(span, 'parentSpanId', 16),
    name: textIn(span, 'name') ?? '',
    kind: Math.max(0, enumIn(span, 'kind', 'SPAN_KIND_', KIND_NAMES) - 1),
    status: enumIn(status, 'code', 'STATUS_CODE_', STATUSES),
    statusMessage: textIn(status, 'message') || undefined,
    start: toMillis(start),
    duration: end > start ? toMillis(end - start) : 0,
    attributes: attributesIn(span, 'attributes'),
    events: listIn(span, 'events').map(eventOf),
    links: listIn(span, 'links').flatMap((link) => linkOf(link, attributesIn(link, 'attributes'))),
    dropped: {
      attributes: countIn(span, 'droppedAttributesCount'),
      events: countIn(span, 'droppedEventsCount'),
      links: countIn(span, 'droppedLinksCount'),
    },
  };
}

function eventOf(event: unknown): EventRow {
  return {
    name: textIn(event, 'name') ?? '',
    time: toMillis(nanosIn(event, 'timeUnixNano') ?? 0n),
    attributes: attributesIn(event, 'attributes'),
    log: undefined,
  };
}

function logOf(record: unknown): EventRow {
  const body = valueOf(memberIn(record, 'body'));
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const severityText = textIn(record, 'severityText') || undefined;
  return {
    name: textIn(record, 'eventName') || text || severityText || 'log',
    time: toMillis(nanosIn(record, 'timeUnixNano') || nanosIn(record, 'observedTimeUnixNano') || 0n),
    attributes: attributesIn(record, 'attributes'),
    log: { severityNumber: severityIn(record), severityText, body: text },
  };
}

function severityIn(record: unknown): number | undefined {
  const severity = numberIn(record, 'severityNumber') ?? 0;
  return Number.isInteger(severity) && severity >= 1 && severity <= 24 ? severity : undefined;
}

function nanosIn(value: unknown, name: string): bigint | undefined {
  const given = memberIn(value, name);
  if (typeof given === 'number' && Number.isInteger(given) && given >= 0) return BigInt(given);
  return typeof given === 'string' && /^\d{1,20}$/.test(given) ? BigInt(given) : undefined;
}

/** An enum value: a number in OTLP, a name in the JSON of some other writers. */
function enumIn(value: unknown, name: string, prefix: string, names: readonly string[]): number {
  const given = memberIn(value, name);
  const index = typeof given === 'string' ? names.indexOf(given.replace(prefix, '').toLowerCase()) : given;
  return typeof index === 'number' && index in names ? index : 0;
}

function countIn(value: unknown, name: string): number {
  const count = numberIn(value, name) ?? 0;
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

function attributesIn(value: unknown, name: string): OpenedAttributes {
  const entries = listIn(value, name).flatMap((entry): [string, AttributeValue][] => {
    const key = textIn(entry, 'key');
    const read = valueOf(memberIn(entry, 'value'));
    return key === undefined || read === undefined ? [] : [[key, read]];
  });
  return attributesOf(entries);
}

type Item = string | number | boolean | null;

/** The value of an `AnyValue`. A map, or a list within a list, becomes JSON text. */
function valueOf(value: unknown): AttributeValue | undefined {
  const list = memberIn(value, 'arrayValue');
  if (objectIn(list) !== undefined) return listIn(list, 'values').map(itemOf);
  return itemOf(value) ?? undefined;
}

function itemOf(value: unknown): Item {
  const plain = memberIn(value, 'stringValue') ?? memberIn(value, 'boolValue');
  if (typeof plain === 'string' || typeof plain === 'boolean') return plain;
  const whole = memberIn(value, 'intValue');
  if (typeof whole === 'string' || typeof whole === 'number')
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : String(whole);
  const double = memberIn(value, 'doubleValue');
  if (typeof double === 'number' || typeof double === 'string') return finite(double);
  const bytes = textIn(value, 'bytesValue');
  if (bytes !== undefined) return bytes;
  const isNested = ['kvlistValue', 'arrayValue'].some((name) => memberIn(value, name) !== undefined);
  return isNested ? JSON.stringify(plainOf(value)) : null;
}

/** A map or a list as a JavaScript object or array. */
function plainOf(value: unknown): unknown {
  if (memberIn(value, 'arrayValue') !== undefined) return listIn(memberIn(value, 'arrayValue'), 'values').map(plainOf);
  if (memberIn(value, 'kvlistValue') === undefined) return itemOf(value);
  const entries = listIn(memberIn(value, 'kvlistValue'), 'values');
  return Object.fromEntries(entries.map((entry) => [textIn(entry, 'key'), plainOf(memberIn(entry, 'value'))]));
}

/** `NaN` and the infinities, which JSON lacks, become text. */
function finite(double: number | string): number | string {
  return Number.isFinite(Number(double)) ? Number(double) : String(double);
}
