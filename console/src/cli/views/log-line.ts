import type { LogLine } from '../../api/schemas.js';
import { beside, left, piece, type Line } from '../../text/styled.js';
import { timeOfDay } from '../../text/units.js';
import { eventAttributes } from './attributes.js';
import { severityStyle, severityText } from './severity.js';
import { ID_DIGITS } from './trace-line.js';

/** A log line: time, severity, trace, text, and its span, or why it has none. */
export function logLine(log: LogLine): Line {
  const severity = severityText(log.severityNumber, log.severity || null);
  return beside(
    [piece(timeOfDay(log.time), 'dim')],
    left([piece(severity, severityStyle(log.severityNumber))], 5),
    [piece((log.traceId ?? '').slice(0, ID_DIGITS).padEnd(ID_DIGITS), 'dim')],
    [piece(log.body)],
    ...eventAttributes(log.attributes, false),
    [piece(log.span === null ? `no span${log.reason === null ? '' : ` (${log.reason})`}` : `in ${log.span}`, 'dim')],
  );
}
