import type { LogInSpan } from '../log-in-span.js';
import { firstLines, GUTTERS, type Annotations } from './annotations.js';
import { titleOf } from './describe.js';

/** Logs up to which all are shown. Of more, those there is something to say about. */
const MAX_LOGS = 60;

/** Captured logs, a line each, with what there is to say about them. */
export function logLines(logs: readonly LogInSpan[], notes: Annotations): string[] {
  const shown = logs.length <= MAX_LOGS ? logs : logs.filter((log) => notes.of(log) !== undefined).slice(0, MAX_LOGS);
  const hidden = logs.length - shown.length;
  const lines: string[] = [];
  for (const log of shown) {
    const note = notes.of(log);
    const [span] = log.spans;
    const place = span === undefined ? '' : `  in ${titleOf(span)}`;
    lines.push(`${GUTTERS[note?.verdict ?? 'none']}${titleOf(log)}${place}`);
    for (const line of firstLines(note?.lines ?? [])) lines.push(`     ${line}`);
  }
  return hidden > 0 ? [...lines, `  … ${hidden} more`] : lines;
}
