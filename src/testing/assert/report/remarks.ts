import { spanKey } from '../../../model/span-map.js';
import { groupBy } from '../../../support/group-by.js';
import { printable } from '../../../trace/text/printable.js';
import { counted } from '../../../trace/text/names.js';
import { nodesOf } from '../../../trace/walk.js';
import type { CapturedSpan } from '../../captured.js';
import { runOf } from '../../snapshot/given-lists.js';
import { treesOf, type LogSource, type SpanSource } from '../../snapshot/source.js';
import type { Expectation, LeafCheck } from '../pattern/expectation.js';
import { titleOf } from './words.js';

/** How many ids, and names of spans, are shown of those that are shared. */
const MAX_SHARED = 5;

const CONVENTION = /^(?:http|url|db|messaging|rpc|network|net|server|client|user_agent|graphql|faas)\./;

/**
 * What a run knows of spans that it does not have: why there are none, and how many it had no room for.
 *
 * @param spans what the test looked at: a run, one of its lists, or anything that has spans
 * @param found what was found there
 * @param expectation what was looked for
 */
export function remarksOn(spans: unknown, found: readonly unknown[], expectation?: Expectation): string[] {
  const run = runOf(spans);
  const why = found.length === 0 ? run?.explainNoSpans?.() : undefined;
  const lacking = found.length > 0 && run !== undefined && expectation !== undefined ? remarksOnLacking(run, expectation) : [];
  return [...linesOf(why), ...lacking, ...remarksOnRun(spans)];
}

/** Which instrumentations are loaded, where a span is asked for as they make them and the run has none of theirs. */
export function remarksOnLacking(run: SpanSource, expectation: Expectation): string[] {
  return linesOf(lacksInstrumentation(run, expectation) ? run.explainInstrumentations?.() : undefined);
}

/** Whether a span is asked for as instrumentations make them, where there is none of an instrumentation. */
function lacksInstrumentation({ spans, openSpans = [] }: SpanSource, expectation: Expectation): boolean {
  return asksForInstrumentation(expectation) && !spans.some(isOfInstrumentation) && !openSpans.some(isOfInstrumentation);
}

function isOfInstrumentation({ scope }: CapturedSpan): boolean {
  return /instrumentation/.test(scope);
}

function asksForInstrumentation(expectation: Expectation): boolean {
  const all = [expectation];
  for (const { checks } of all) {
    for (const check of checks) {
      if (check.kind === 'leaf' && isOfConvention(check)) return true;
      if (check.kind === 'list') for (const wanted of check.wanted) all.push(wanted.expectation);
    }
  }
  return false;
}

/** A kind but the one that spans have by default, or an attribute that instrumentations set. */
function isOfConvention({ isField, label, leaf }: LeafCheck): boolean {
  return isField ? label === 'kind' && leaf.text !== 'internal' : CONVENTION.test(label);
}

/** What makes less of a run than its spans: those that share an id, and those it had no room for. */
export function remarksOnRun(spans: unknown): string[] {
  return [...remarksOnShared(spans), ...remarksOnDropped(spans)];
}

/** What is below spans that share an id is shown below the last of them. */
function remarksOnShared(spans: unknown): string[] {
  const run = runOf(spans);
  const nodes = run === undefined ? [] : nodesOf(treesOf(run).flat());
  const shared = [...groupBy(nodes, spanKey).values()].filter(({ length }) => length > 1);
  const lines = shared.slice(0, MAX_SHARED).map((sharing) => {
    const names = sharing.slice(0, MAX_SHARED).map((span) => titleOf(span));
    const all = sharing.length > names.length ? [...names, '…'] : names;
    return `${sharing.length} spans share the id ${printable(sharing[0]?.spanId)}: ${all.join(', ')}. Are the ids made at random?`;
  });
  return shared.length > lines.length ? [...lines, `… ${shared.length - lines.length} more ids are shared`] : lines;
}

/** Only how many it had no room for. */
function remarksOnDropped(spans: unknown): string[] {
  const run = runOf(spans);
  return droppedText(run?.droppedSpansCount, 'span', run?.limitReached ?? 'maxSpansPerScope');
}

/** Why it cannot be told what is not there: not all was kept, or nothing could have come. Empty if it can be told. */
export function remarksOnUnseen(spans: unknown): string[] {
  return [...linesOf(runOf(spans)?.explainBlindness?.()), ...remarksOnDropped(spans)];
}

/** The same of log records: why there are none, or that there are more elsewhere, and how many it had no room for. */
export function remarksOnLogs(run: LogSource): string[] {
  const why = run.logs.length === 0 ? run.explainNoLogs?.() : run.explainUnreadLogs?.();
  return [...linesOf(why), ...droppedText(run.droppedLogsCount, 'log record', run.limitReached ?? 'maxLogsPerScope')];
}

function droppedText(count: number | undefined, noun: string, option: string): string[] {
  return count ? [`not kept: ${counted(count, noun)}, because ${option} was reached`] : [];
}

function linesOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split('\n');
}
