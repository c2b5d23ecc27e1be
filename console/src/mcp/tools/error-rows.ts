import { comparedGroups, STATES, type ComparedGroup, type ErrorChanges } from '../../api/error-changes.js';
import type { ErrorGroup } from '../../api/schemas.js';
import { grouped, rate } from '../../text/units.js';
import type { Answer, Row } from '../answer.js';
import { shown } from '../untrusted.js';
import { clock } from '../words.js';

const MAX_FRAMES = 6;

/** @param counts the number of occurrences, in words; default: the count and the rate */
export function groupRow(group: ErrorGroup, counts?: string): Row {
  const { type, frame, count, firstSeen, lastSeen, latest } = group;
  const [, ...frames] = (latest.stack ?? '').split('\n', MAX_FRAMES + 1);
  return {
    lines: [
      `${counts ?? `${grouped(count)} x (${rate(group.perMinute)}/min)`} ${shown(type, 80)}: ${shown(latest.message, 240)}`,
      `  in ${shown(latest.span, 80)}${frame === null ? '' : `, ${shown(frame, 200)}`}; first ${clock(firstSeen)}, last ${clock(lastSeen)}; trace ${latest.traceId} span ${latest.spanId}`,
      ...frames.map((line) => `    ${shown(line.trim(), 200)}`),
    ],
    record: {
      type: shown(type, 80),
      message: shown(group.message, 160),
      count,
      lastSeenMs: lastSeen,
      traceId: latest.traceId,
      spanId: latest.spanId,
    },
  };
}

/** Adds new groups, then remaining ones, then groups that are gone. */
export function addErrorChanges(answer: Answer, changes: ErrorChanges, limit: number): void {
  const all = comparedGroups(changes);
  const counts = STATES.map((state) => `${all.filter((each) => each.state === state).length} ${state}`);
  answer.say(`Groups of errors: ${counts.join(', ')}.`);
  const rows = all.map((each): Row => {
    const { lines, record } = groupRow(each.group, countsOf(each));
    return { lines, record: { state: each.state, ...(record as object) } };
  });
  answer.limited(Math.max(0, rows.length - limit), 'group');
  answer.list('errors', undefined, rows.slice(0, limit), 'group');
}

function countsOf({ state, was: { count: was }, group: { count } }: ComparedGroup): string {
  if (state === 'new') return `NEW: ${grouped(count)} x`;
  return state === 'gone'
    ? `GONE: ${grouped(was)} x before`
    : `REMAINS: ${grouped(was)} x before, ${grouped(count)} x after`;
}
