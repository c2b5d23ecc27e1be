import type { EventRow, SeenProcess } from '../../src/model/span-row.js';
import { groupBy } from '../group-by.js';
import { idIn, listIn, memberIn, numberIn, objectIn, textIn, type Json } from './json.js';
import { toMillis } from './nanos.js';
import { attributesOf, linkOf, type OpenedAttributes, type OpenedSpan, type OpenedSpans } from './opened-spans.js';
import { KINDS, numberOf, STATUSES, type AttributeValue } from './saved-trace.js';

/*
 * The trace event format of Chrome: complete events (`X`), pairs of begin and end (`B`, `E`), instant events (`i`) and
 * names of processes (`M`). Events of another tool have no ids: then a thread is a trace, and an event is a child of the
 * event around it.
 */

interface Complete {
  readonly event: unknown;
  readonly thread: string;
  readonly process: SeenProcess;
  /** In microseconds. */
  readonly from: number;
  readonly to: number;
}

export function isChrome(json: unknown): boolean {
  return chromeEvents(json).some((event) => textIn(event, 'ph') !== undefined);
}

function chromeEvents(json: unknown): readonly unknown[] {
  return Array.isArray(json) ? json : listIn(json, 'traceEvents');
}

export function readChrome(json: unknown, spans: OpenedSpans): void {
  const events = chromeEvents(json);
  const zero = zeroOf(json);
  const threads = groupBy([...completeEvents(events, spans)], ({ thread }) => thread);
  let number = 0;
  for (const thread of threads.values()) addThread(thread, spans, zero, hex(++number, 32));
  for (const event of events) {
    const ids = memberIn(memberIn(event, 'args'), 'event');
    if (textIn(event, 'ph') === 'i' && objectIn(ids) !== undefined)
      spans.addEvent(idIn(ids, 'traceId', 32), idIn(ids, 'spanId', 16), instantOf(event, ids, zero));
  }
}

/** The time origin of the file, in milliseconds since the Unix epoch. */
function zeroOf(json: unknown): number {
  const nanos = textIn(memberIn(json, 'otherData'), 'startTimeUnixNano') ?? '';
  return /^\d{1,20}$/.test(nanos) ? toMillis(BigInt(nanos)) : 0;
}

/** Events with a duration. Events that have not ended are left out. */
function* completeEvents(events: readonly unknown[], spans: OpenedSpans): Generator<Complete> {
  const processes = new Map<string, SeenProcess>();
  const names = namesIn(events);
  const begun = new Map<string, Complete[]>();
  for (const event of events) {
    const phase = textIn(event, 'ph');
    const from = numberIn(event, 'ts');
    if ((phase !== 'X' && phase !== 'B' && phase !== 'E') || from === undefined) continue;
    const pid = placeIn(event, 'pid');
    const thread = `${pid} ${placeIn(event, 'tid')}`;
    if (phase === 'E') {
      const start = begun.get(thread)?.pop();
      if (start !== undefined) yield { ...start, to: Math.max(start.from, from) };
      continue;
    }
    let process = processes.get(pid);
    if (process === undefined) {
      process = spans.process({ 'service.name': names.get(pid) ?? `process ${pid}` });
      processes.set(pid, process);
    }
    const complete = { event, thread, process, from, to: from + Math.max(0, numberIn(event, 'dur') ?? 0) };
    if (phase === 'X') yield complete;
    else if (begun.has(thread)) begun.get(thread)!.push(complete);
    else begun.set(thread, [complete]);
  }
}

function placeIn(event: unknown, name: 'pid' | 'tid'): string {
  const place = memberIn(event, name);
  return typeof place === 'number' || typeof place === 'string' ? String(place) : '';
}

function namesIn(events: readonly unknown[]): Map<string, string> {
  const named = events.filter((event) => textIn(event, 'ph') === 'M' && textIn(event, 'name') === 'process_name');
  return new Map(named.map((event) => [placeIn(event, 'pid'), textIn(memberIn(event, 'args'), 'name') ?? '']));
}

/** @param ownTrace id for events that have none */
function addThread(events: readonly Complete[], spans: OpenedSpans, zero: number, ownTrace: string): void {
  const around: { readonly to: number; readonly spanId: string }[] = [];
  for (const complete of [...events].sort((a, b) => a.from - b.from || b.to - a.to)) {
    while (around.length > 0 && around.at(-1)!.to <= complete.from) around.pop();
    const ids = objectIn(memberIn(memberIn(complete.event, 'args'), 'span'));
    const traceId = idIn(ids, 'traceId', 32) ?? ownTrace;
    const spanId = idIn(ids, 'spanId', 16) ?? hex(spans.found + 1, 16);
    const parentSpanId = ids === undefined ? around.at(-1)?.spanId : idIn(ids, 'parentSpanId', 16);
    spans.add(spanOf(complete, ids, zero, { traceId, spanId, parentSpanId }));
    around.push({ to: complete.to, spanId });
  }
}

function spanOf(
  { event, process, from, to }: Complete,
  ids: Json | undefined,
  zero: number,
  { traceId, spanId, parentSpanId }: Pick<OpenedSpan, 'traceId' | 'spanId' | 'parentSpanId'>,
): OpenedSpan {
  const args = memberIn(event, 'args');
  return {
    process,
    traceId,
    spanId,
    parentSpanId,
    name: textIn(event, 'name') ?? '',
    kind: numberOf(KINDS, textIn(ids, 'kind')),
    status: numberOf(STATUSES, textIn(ids, 'status')),
    statusMessage: textIn(ids, 'statusMessage'),
    start: zero + from / 1_000,
    duration: (to - from) / 1_000,
    attributes: argumentsOf(ids === undefined ? args : memberIn(args, 'attributes')),
    events: [],
    links: listIn(args, 'links').flatMap((link) => linkOf(link, argumentsOf(memberIn(link, 'attributes')))),
    scope: textIn(ids, 'scope') ?? textIn(event, 'cat') ?? '',
    scopeVersion: textIn(ids, 'scopeVersion'),
    dropped: { attributes: 0, events: 0, links: 0 },
  };
}

function instantOf(event: unknown, ids: unknown, zero: number): EventRow {
  const log = objectIn(memberIn(ids, 'log'));
  const severity = numberIn(log, 'severityNumber') ?? 0;
  return {
    name: textIn(event, 'name') ?? '',
    time: zero + (numberIn(event, 'ts') ?? 0) / 1_000,
    attributes: argumentsOf(memberIn(memberIn(event, 'args'), 'attributes')),
    log: log && {
      severityNumber: severity >= 1 && severity <= 24 ? severity : undefined,
      severityText: textIn(log, 'severityText'),
      body: textIn(log, 'body') ?? '',
    },
  };
}

/** Arguments as attributes: a nested value becomes JSON text. */
function argumentsOf(args: unknown): OpenedAttributes {
  const entries = Object.entries(objectIn(args) ?? {}).flatMap(([key, value]): [string, AttributeValue][] => {
    if (value === null || value === undefined) return [];
    return [[key, isPlain(value) || isPlainList(value) ? value : JSON.stringify(value)]];
  });
  return attributesOf(entries);
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isPlainList(value: unknown): value is (string | number | boolean | null)[] {
  return Array.isArray(value) && value.every((item) => item === null || isPlain(item));
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}
