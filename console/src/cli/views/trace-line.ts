import type { TraceSummary } from '../../api/schemas.js';
import { busyCells } from '../../text/bars.js';
import { beside, flow, left, piece, right, type Line, type Style } from '../../text/styled.js';
import { counted, duration, grouped, timeOfDay } from '../../text/units.js';

/** Number of digits shown of a trace id, which suffice for the command `trace`. */
export const ID_DIGITS = 8;

const TIME = 12;
const STATUS = 3;
const DURATION = 7;
const BAR = 8;
/** Minimum width at which there is room for the bar and the remarks. */
const WIDE = 110;

/**
 * A trace on one line: time, id, name, status, duration and contents.
 *
 * ```
 * 14:06:31.204  4bf92f35  GET /orders/:id     200   38 ms  12 spans  pg×7 ⚠N+1
 * ```
 *
 * @param services whether the list has traces of several services
 */
export function traceLine(trace: TraceSummary, width: number, services: boolean): Line {
  const wide = width >= WIDE;
  const spans = wide ? counted(trace.spans, 'span') : `${grouped(trace.spans)} sp`;
  const cells = [
    [piece(timeOfDay(trace.start).padEnd(TIME), 'dim')],
    [piece(trace.traceId.slice(0, ID_DIGITS), 'dim')],
    left([piece(trace.name, trace.failed > 0 ? 'boldRed' : 'bold')], nameWidth(width)),
    right([piece(trace.httpStatus === null ? '' : String(trace.httpStatus), statusStyle(trace.httpStatus))], STATUS),
    ...(wide ? [[piece(busyCells(trace.bar, trace.duration, BAR), 'cyan')]] : []),
    right([piece(duration(trace.duration))], DURATION),
    right([piece(spans, 'dim')], wide ? 10 : 6),
  ];
  const rest = flow(remarks(trace, services), Infinity)[0];
  return beside(...cells, ...(rest === undefined ? [] : [rest]));
}

function nameWidth(width: number): number {
  return Math.min(48, Math.max(18, width - (width >= WIDE ? 92 : 62)));
}

function statusStyle(status: number | null): Style {
  if (status === null || status < 400) return 'green';
  return status < 500 ? 'yellow' : 'red';
}

/** Most important first, because a narrow terminal cuts off the end. */
function remarks(trace: TraceSummary, services: boolean): Line[] {
  const { failed, error, calls, logs, complete, service } = trace;
  return [
    ...(failed > 0 ? [[piece(`✗ ${grouped(failed)}${error === null ? '' : ` ${error}`}`, 'red')]] : []),
    ...(complete ? [] : [[piece('incomplete', 'yellow')]]),
    ...calls.map(({ label, count, nPlusOne }): Line => {
      const name = piece(`${label}×${grouped(count)}`);
      return nPlusOne ? [name, piece(' ⚠N+1', 'yellow')] : [name];
    }),
    ...(logs > 0 ? [[piece(counted(logs, 'log'), 'dim')]] : []),
    ...(services ? [[piece(service, 'dim')]] : []),
  ];
}
