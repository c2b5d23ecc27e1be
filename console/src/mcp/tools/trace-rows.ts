import type { TraceSummary } from '../../api/schemas.js';
import { duration } from '../../text/units.js';
import type { Row } from '../answer.js';
import { shown } from '../untrusted.js';
import { clock, millis, plural } from '../words.js';

/**
 * A trace on one line: `<id> 14:06:31.204Z 209 ms POST /orders 402, 6 spans, pg.query x7 N+1, 2 errors: card declined`.
 */
export function traceRow(trace: TraceSummary): Row {
  const { traceId, name, service, start, failed, error, httpStatus, complete } = trace;
  const remarks = [
    plural(trace.spans, 'span'),
    ...trace.calls.map(({ label, count, nPlusOne }) => `${shown(label, 40)} x${count}${nPlusOne ? ' N+1' : ''}`),
    ...(trace.logs > 0 ? [plural(trace.logs, 'log')] : []),
    ...(failed > 0 ? [`${plural(failed, 'error')}${error === null ? '' : `: ${shown(error, 120)}`}`] : []),
    ...(complete ? [] : ['incomplete']),
    shown(service, 40),
  ];
  const status = httpStatus === null ? '' : ` ${httpStatus}`;
  const line = `${traceId} ${clock(start)} ${duration(trace.duration)} ${shown(name, 100)}${status}, ${remarks.join(', ')}`;
  return {
    lines: [line],
    record: {
      traceId,
      name: shown(name, 100),
      startMs: millis(start),
      durationMs: millis(trace.duration),
      spans: trace.spans,
      failed,
      ...(httpStatus === null ? {} : { httpStatus }),
      ...(trace.calls.some((call) => call.nPlusOne) ? { nPlusOne: true } : {}),
    },
  };
}
