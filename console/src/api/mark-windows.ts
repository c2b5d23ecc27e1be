import type { TimeWindow } from '../engine/contract.js';
import { ApiError } from './api-error.js';
import type { Mark } from './schemas.js';

/** @throws ApiError with status 404 if there is no such mark */
export function markNamed(name: string, marks: readonly Mark[]): Mark {
  const mark = marks.find((known) => known.name === name);
  if (mark !== undefined) return mark;
  const known = marks.map((each) => each.name).join(', ') || 'none yet';
  throw new ApiError(404, { error: `The mark must name one that was set, got ${name}; marks: ${known}.` });
}

/**
 * The periods compared around a mark. After: the part of the window from the mark on. Before: since the previous mark,
 * or else as long as the period after.
 *
 * @param startedAt start of the service, because rates only cover the time in which it ran
 * @throws ApiError with status 404 if there is no such mark
 */
export function windowsAround(
  { from, to }: TimeWindow,
  name: string,
  marks: readonly Mark[],
  startedAt: number,
): { readonly before: TimeWindow; readonly after: TimeWindow } {
  const mark = markNamed(name, marks);
  const after = { from: Math.max(from, mark.at), to };
  const previous = marks[marks.indexOf(mark) - 1];
  const millis = previous === undefined ? Math.max(0, to - after.from) : mark.at - previous.at;
  const since = Math.min(Math.max(mark.at - millis, startedAt), mark.at);
  return { before: { from: since, to: mark.at }, after };
}
