import type { EventRow, LinkRow, SeenProcess } from '../../src/model/span-row.js';
import { idIn, listIn, memberIn, numberIn, objectIn, textIn } from './json.js';
import { attributesOf, type OpenedAttributes, type OpenedSpan, type OpenedSpans } from './opened-spans.js';
import { KINDS, numberOf, type AttributeValue } from './saved-trace.js';

/* JSON written by Jaeger's UI or by `save-jaeger.ts`. */

export function isJaeger(json: unknown): boolean {
  return jaegerTraces(json).some((trace) => Array.isArray(memberIn(trace, 'spans')));
}

/** The traces in a response of Jaeger's API, or a single trace. */
function jaegerTraces(json: unknown): readonly unknown[] {
  const data = memberIn(json, 'data');
  if (Array.isArray(data)) return data;
  return textIn(json, 'traceID') === undefined ? [] : [json];
}

export function readJaeger(json: unknown, spans: OpenedSpans): void {
  for (const trace of jaegerTraces(json)) {
    const processes = memberIn(trace, 'processes');
    for (const span of listIn(trace, 'spans')) {
      const process = memberIn(processes, textIn(span, 'processID') ?? '') ?? memberIn(span, 'process');
      spans.add(spanOf(span, spans.process(resourceOf(process))));
    }
  }
}

type Tag = readonly [key: string, value: AttributeValue];

function resourceOf(process: unknown): OpenedAttributes {
  const service = textIn(process, 'serviceName');
  const tags = tagsIn(process, 'tags');
  return attributesOf(service === undefined ? tags : [['service.name', service], ...tags]);
}

function spanOf(span: unknown, process: SeenProcess): OpenedSpan | undefined {
  const traceId = idIn(span, 'traceID', 32);
  const spanId = idIn(span, 'spanID', 16);
  const start = numberIn(span, 'startTime');
  if (traceId === undefined || spanId === undefined || start === undefined || start < 0) return undefined;
  const tags = tagsIn(span, 'tags');
  const status = statusOf(tags);
  // Without such a status, `error` is an attribute like any other.
  const { own, attributes } = parted(tags, status === ERROR ? new Set([...OWN_TAGS, 'error']) : OWN_TAGS);
  const references = listIn(span, 'references');
  const parent = references.find((reference) => isParent(reference, traceId));
  return {
    process,
    traceId,
    spanId,
    parentSpanId: idIn(parent, 'spanID', 16) ?? idIn(span, 'parentSpanID', 16),
    name: textIn(span, 'operationName') ?? '',
    kind: numberOf(KINDS, own.get('span.kind')),
    status,
    statusMessage: stringOf(own.get('otel.status_description')),
    start: start / 1_000,
    duration: Math.max(0, numberIn(span, 'duration') ?? 0) / 1_000,
    attributes,
    events: listIn(span, 'logs').map(eventOf),
    links: references.flatMap((reference) => (reference === parent ? [] : linkOf(reference))),
    scope: stringOf(firstOf(own, SCOPE_NAMES)) ?? '',
    scopeVersion: stringOf(firstOf(own, SCOPE_VERSIONS)),
    dropped: {
      attributes: countOf(own.get('otel.dropped_attributes_count')),
      events: countOf(own.get('otel.dropped_events_count')),
      links: countOf(own.get('otel.dropped_links_count')),
    },
  };
}

/** The scope of a span, and its older name, which the newer one replaces. */
const SCOPES = ['scope', 'library'];
const SCOPE_NAMES = SCOPES.map((scope) => `otel.${scope}.name`);
const SCOPE_VERSIONS = SCOPES.map((scope) => `otel.${scope}.version`);

const OWN_TAGS: ReadonlySet<string> = new Set([
  'span.kind',
  'otel.status_code',
  'otel.status_description',
  ...SCOPE_NAMES,
  ...SCOPE_VERSIONS,
  'otel.dropped_attributes_count',
  'otel.dropped_events_count',
  'otel.dropped_links_count',
]);

const OK = 1;
const ERROR = 2;

/** Without a status code, as in OpenTracing, the tag `error` is used. */
function statusOf(tags: readonly Tag[]): number {
  const own = new Map(tags.toReversed());
  const code = own.get('otel.status_code');
  if (code === 'OK') return OK;
  if (code === 'ERROR') return ERROR;
  const isOpenTelemetry = SCOPE_NAMES.some((name) => own.has(name));
  return !isOpenTelemetry && String(own.get('error')) === 'true' ? ERROR : 0;
}

/** The value of the first key that is present. */
function firstOf<T>(values: ReadonlyMap<string, T>, keys: readonly string[]): T | undefined {
  return keys.map((key) => values.get(key)).find((value) => value !== undefined);
}

function isParent(reference: unknown, traceId: string): boolean {
  return textIn(reference, 'refType') === 'CHILD_OF' && idIn(reference, 'traceID', 32) === traceId;
}

function linkOf(reference: unknown): LinkRow[] {
  const traceId = idIn(reference, 'traceID', 32);
  const spanId = idIn(reference, 'spanID', 16);
  return traceId === undefined || spanId === undefined ? [] : [{ traceId, spanId, attributes: {} }];
}

const EVENT_FIELDS: ReadonlySet<string> = new Set(['event']);
const LOG_FIELDS: ReadonlySet<string> = new Set(['event', 'message', 'level', 'severity_number']);

function eventOf(log: unknown): EventRow {
  const fields = tagsIn(log, 'fields');
  const time = Math.max(0, numberIn(log, 'timestamp') ?? 0) / 1_000;
  const isLog = fields.some(([key]) => key === 'severity_number' || key === 'level');
  const { own, attributes } = parted(fields, isLog ? LOG_FIELDS : EVENT_FIELDS);
  const event = stringOf(own.get('event'));
  if (!isLog)
    return { name: event ?? stringOf(new Map(fields).get('message')) ?? 'log', time, attributes, log: undefined };
  const body = stringOf(own.get('message')) ?? '';
  const severityText = stringOf(own.get('level'));
  const severity = countOf(own.get('severity_number'));
  return {
    name: event ?? (body || severityText || 'log'),
    time,
    attributes,
    log: { severityNumber: severity >= 1 && severity <= 24 ? severity : undefined, severityText, body },
  };
}

/** Separates tags that represent members of a span or an event (the first tag of each such key) from attributes. */
function parted(tags: readonly Tag[], ownKeys: ReadonlySet<string>) {
  const own = new Map<string, AttributeValue>();
  const entries: Tag[] = [];
  for (const [key, value] of tags) {
    if (ownKeys.has(key) && !own.has(key)) own.set(key, value);
    else entries.push([key, value]);
  }
  return { own, attributes: attributesOf(entries) };
}

function tagsIn(value: unknown, name: string): Tag[] {
  return listIn(value, name).flatMap((tag): Tag[] => {
    const key = textIn(tag, 'key');
    const read = tagValue(tag);
    return key === undefined || read === undefined ? [] : [[key, read]];
  });
}

/** Some files write numbers as text. */
function tagValue(tag: unknown): AttributeValue | undefined {
  const value = memberIn(tag, 'value');
  const type = textIn(tag, 'type');
  if (type === 'int64' || type === 'float64') return numberIn(tag, 'value') ?? textIn(tag, 'value');
  if (type === 'bool') return value === true || value === 'true';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return objectIn(value) === undefined && !Array.isArray(value) ? undefined : JSON.stringify(value);
}

function stringOf(value: AttributeValue | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : String(value);
}

function countOf(value: AttributeValue | undefined): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
