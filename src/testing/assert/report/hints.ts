import { spanKey } from '../../../model/span-map.js';
import { groupBy } from '../../../support/group-by.js';
import { counted } from '../../../trace/text/names.js';
import { printable } from '../../../trace/text/printable.js';
import { nodesOf } from '../../../trace/walk.js';
import type { CapturedSpan } from '../../../trace/captured-span.js';
import { firstTexts } from '../../first-texts.js';
import { runOf, treesOf, type LogSource, type SpanSource } from '../../snapshot/source.js';
import { Matching } from '../comparison/matching.js';
import type { Expectation, LeafCheck } from '../pattern/expectation.js';
import { titleOf } from './describe.js';
import type { Failure } from './failure.js';

/** Number of shared ids, of spans for each, and of spans elsewhere that are shown. */
const MAX_SHOWN = 5;

const CONVENTION = /^(?:http|url|db|messaging|rpc|network|net|server|client|user_agent|graphql|faas)\./;

/** Hints on what the test looked at, a run, one of its lists or anything that has spans, and on what it found there. */
export function hintsOn(spans: unknown, found: readonly unknown[], expectation?: Expectation): string[] {
  const run = runOf(spans);
  const why = found.length === 0 ? run?.explainNoSpans?.() : undefined;
  const lacking = found.length > 0 && run !== undefined && expectation !== undefined ? hintsOnLacking(run, expectation) : [];
  return [...linesOf(why), ...lacking, ...hintsOnRun(run)];
}

/** Hints on why a span that was waited for is missing: it went elsewhere, or lacks an instrumentation. */
export function hintsOnMissing(run: SpanSource, expectation: Expectation | undefined, onlyRoots = false): string[] {
  if (expectation === undefined) return [];
  const hasSpans = run.spans.length + (run.openSpans?.length ?? 0) > 0;
  const lacking = hasSpans ? hintsOnLacking(run, expectation) : [];
  return [...matchesElsewhere(run, expectation, onlyRoots).lines, lacking.join('\n')];
}

/** The loaded instrumentations, if the pattern wants a span as they make them and the run has none of them. */
function hintsOnLacking(run: SpanSource, expectation: Expectation): string[] {
  const { spans, openSpans = [] } = run;
  const hasSome = [...spans, ...openSpans].some(({ scope }) => /instrumentation/.test(scope));
  return hasSome || !asksForInstrumentation(expectation) ? [] : linesOf(run.explainInstrumentations?.());
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

/** A kind other than the default, or an attribute that instrumentations set. */
function isOfConvention({ isField, label, leaf }: LeafCheck): boolean {
  return isField ? label === 'kind' && leaf.text !== 'internal' : CONVENTION.test(label);
}

/** Spans that share an id, and how many were dropped. */
export function hintsOnRun(run: SpanSource | undefined): string[] {
  return run === undefined ? [] : [...hintsOnShared(run), ...hintsOnDropped(run)];
}

/** Children of spans that share an id are shown below the last of them. */
function hintsOnShared(run: SpanSource): string[] {
  const nodes = nodesOf(treesOf(run).flat());
  const shared = [...groupBy(nodes, spanKey).values()].filter(({ length }) => length > 1);
  const lineOf = (sharing: CapturedSpan[]): string => {
    const names = firstTexts(sharing, MAX_SHOWN, (span) => titleOf(span), () => '…');
    return `${sharing.length} spans share the id ${printable(sharing[0]?.spanId)}: ${names.join(', ')}. Are the ids made at random?`;
  };
  return firstTexts(shared, MAX_SHOWN, lineOf, (more) => `… ${more} more ids are shared`);
}

function hintsOnDropped({ droppedSpansCount, limitReached }: SpanSource): string[] {
  return droppedText(droppedSpansCount, 'span', limitReached ?? 'maxSpansPerScope');
}

/**
 * Failure of an assertion that nothing contradicts, if it is inconclusive: spans were dropped, could not arrive, or went
 * elsewhere, as the lines `elsewhere` say. Undefined if everything was seen.
 */
export function inconclusiveFailure(
  spans: unknown,
  question: string,
  expected: string,
  elsewhere: readonly string[] = [],
): Failure | undefined {
  const run = runOf(spans);
  const body = [...linesOf(run?.explainUnreachable?.()), ...(run ? hintsOnDropped(run) : []), ...elsewhere];
  if (body.length === 0) return undefined;
  return { headline: `it cannot be told ${question}`, body, actual: '(not all seen)', expected };
}

/** Hints on log records: why there are none, or that more were emitted elsewhere, and how many were dropped. */
export function hintsOnLogs(run: LogSource): string[] {
  const why = run.logs.length === 0 ? run.explainNoLogs?.() : run.explainUnreadLogs?.();
  return [...linesOf(why), ...droppedText(run.droppedLogsCount, 'log record', run.limitReached ?? 'maxLogsPerScope')];
}

function droppedText(count: number | undefined, noun: string, option: string): string[] {
  return count ? [`not kept: ${counted(count, noun)}, because ${option} was reached`] : [];
}

function linesOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split('\n');
}

/**
 * Spans that match and may belong to a run that does not have them: how many, and a line for each of the first. With
 * `onlyRoots` a span counts only without a parent there.
 */
export function matchesElsewhere(
  spans: unknown,
  expectation: Expectation,
  onlyRoots = false,
): { readonly count: number; readonly lines: readonly string[] } {
  const elsewhere = runOf(spans)?.spansElsewhere?.() ?? [];
  const places = new Map(elsewhere.map(({ span, place }) => [spanKey(span), place]));
  const roots = treesOf(elsewhere.map(({ span }) => span)).flat();
  const matching = new Matching();
  const found = (onlyRoots ? roots : nodesOf(roots)).filter((node) => matching.matches(node, expectation));
  const lines = firstTexts(found, MAX_SHOWN, (node) => `${titleOf(node)} matches, and is ${places.get(spanKey(node))}`);
  return { count: found.length, lines };
}
