import type { QueryContract, TimeWindow } from '../engine/contract.js';
import type { EventRow } from '../model/span-row.js';
import { ApiError } from './api-error.js';
import type { Budget } from './budget.js';
import type { EngineParts } from './engine-parts.js';
import { Scan } from './scan.js';
import type { LogLine, Logs } from './schemas.js';

export interface LogPageRequest {
  readonly window: TimeWindow;
  readonly budget: Budget;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly epoch: string;
}

type Entry = ReturnType<EngineParts['logs']['newestFirst']> extends Iterable<infer Item> ? Item : never;

/** One page of the matching log lines, newest first. */
export function logPage(
  { history, logs }: EngineParts,
  query: QueryContract,
  { window, budget, limit, cursor, epoch }: LogPageRequest,
): Omit<Logs, 'coverage'> {
  const isPast = readLogCursor(cursor, epoch);
  const rows: LogLine[] = [];
  let matched = 0;
  let givenUp = 0;
  let last: LogLine | undefined;
  for (const entry of logs.newestFirst(new Scan(history, window, budget).traces())) {
    if (!isPast(entry.line)) continue;
    if (budget.over && last !== undefined) break;
    const match = isInside(entry, window) && query.within(budget.isOver, () => matches(entry, query));
    if (match === undefined) {
      // This line starts the next page, which gives it up if it takes too long again.
      if (last === undefined) {
        last = entry.line;
        givenUp++;
      }
      break;
    }
    if (match) {
      matched++;
      if (rows.length < limit) rows.push(entry.line);
    }
    if (rows.length < limit || matched === rows.length) last = entry.line;
    budget.spend();
  }
  const more = budget.over || matched > rows.length;
  const end = matched > rows.length ? rows.at(-1) : last;
  return {
    rows,
    matched,
    partial: budget.over,
    givenUp,
    cursor: more && end !== undefined ? writeLogCursor(end, epoch) : null,
  };
}

/** Orphans have no trace, so the window applies to their own time. */
function isInside({ line, trace }: Entry, { from, to }: TimeWindow): boolean {
  return trace !== undefined || (line.time >= from && line.time < to);
}

function matches({ line, span, trace, log }: Entry, query: QueryContract): boolean {
  if (query.empty) return true;
  if (log !== undefined) return query.matchesLog(log);
  return span !== undefined && trace !== undefined && query.matchesEvent(eventOf(line), span, trace);
}

function eventOf({ body, time, attributes, severity, severityNumber }: LogLine): EventRow {
  return {
    name: body,
    time,
    attributes: attributes as EventRow['attributes'],
    log: { severityNumber: severityNumber ?? undefined, severityText: severity, body },
  };
}

function writeLogCursor({ id, time }: LogLine, epoch: string): string {
  return [epoch, 'logs', time, id].join('~');
}

/** Returns a test for whether a line comes after the lines of the previous page. */
function readLogCursor(cursor: string | undefined, epoch: string): (line: LogLine) => boolean {
  if (cursor === undefined) return () => true;
  const [ofEpoch, order, time, ...id] = cursor.split('~');
  const isValid = order === 'logs' && Number.isFinite(Number(time)) && id.length > 0;
  if (!isValid) throw new ApiError(400, { error: 'The cursor must be one of a previous answer.' });
  if (ofEpoch !== epoch)
    throw new ApiError(400, { error: 'The cursor is from before a restart of the service: begin without one.' });
  return pastLine(Number(time), id.join('~'));
}

function pastLine(time: number, lastId: string): (line: LogLine) => boolean {
  let isPast = false;
  return (line) => {
    if (isPast) return true;
    isPast = line.id === lastId || line.time < time;
    return isPast && line.id !== lastId;
  };
}
