import type { LogLine } from '../api/schemas.js';
import type { EventRow, LogPart, LogRow, SpanRow } from '../model/span-row.js';

/** Severity names of the log data model. Each covers four numbers, from 1 on. */
const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** Line of a log event of a span. `index` is its position among the events. */
export function lineOfEvent(span: SpanRow, index: number): LogLine {
  const { id, name, traceId, spanId, process } = span;
  const { service } = process;
  return {
    id: `${id}.${index}`,
    ...lineParts(span.events[index]!),
    span: name,
    traceId,
    spanId,
    service,
    reason: null,
  };
}

/** Line of a log record that belongs to no span. */
export function lineOfOrphan({ id, event, traceId, spanId, process, reason }: LogRow): LogLine {
  return {
    id: `orphan.${id}`,
    ...lineParts(event),
    span: null,
    traceId: traceId ?? null,
    spanId: spanId ?? null,
    service: process.service,
    reason: reason ?? null,
  };
}

function lineParts({ name, time, attributes, log }: EventRow) {
  return {
    time,
    severityNumber: log?.severityNumber ?? null,
    severity: severityOf(log),
    body: log === undefined || log.body === '' ? name : log.body,
    attributes: attributes as LogLine['attributes'],
  };
}

/** The severity text, else the name of the severity number, else an empty text. */
function severityOf(log: LogPart | undefined): string {
  const { severityText, severityNumber } = log ?? {};
  if (severityText !== undefined && severityText !== '') return severityText;
  return severityNumber === undefined ? '' : (SEVERITIES[Math.floor((severityNumber - 1) / 4)] ?? '');
}
