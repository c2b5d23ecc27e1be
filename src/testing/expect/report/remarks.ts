import { runOf } from '../../tree/given-lists.js';
import type { LogSource } from '../../tree/source.js';

/**
 * What a run knows of spans that it does not have: why there are none, and how many it had no room for.
 *
 * @param spans what the test looked at: a run, one of its lists, or anything that has spans
 * @param found what was found there
 */
export function remarksOn(spans: unknown, found: readonly unknown[]): string[] {
  const why = found.length === 0 ? runOf(spans)?.explainNoSpans?.() : undefined;
  return [...linesOf(why), ...remarksOnDropped(spans)];
}

/** Only how many it had no room for. */
export function remarksOnDropped(spans: unknown): string[] {
  const run = runOf(spans);
  return droppedText(run?.droppedSpansCount, 'span', run?.limitReached ?? 'maxSpansPerScope');
}

/** Why it cannot be told what is not there: not all was kept, or nothing could have come. Empty if it can be told. */
export function remarksOnUnseen(spans: unknown): string[] {
  return [...linesOf(runOf(spans)?.explainBlindness?.()), ...remarksOnDropped(spans)];
}

/** The same of log records: why there are none, and how many it had no room for. */
export function remarksOnLogs(run: LogSource): string[] {
  const why = run.logs.length === 0 ? run.explainNoLogs?.() : undefined;
  return [...linesOf(why), ...droppedText(run.droppedLogsCount, 'log record', run.limitReached ?? 'maxLogsPerScope')];
}

function droppedText(count: number | undefined, noun: string, option: string): string[] {
  return count ? [`not kept: ${count} ${noun}${count === 1 ? '' : 's'}, because ${option} was reached`] : [];
}

function linesOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split('\n');
}
