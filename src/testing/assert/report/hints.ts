import { spanKey } from '../../../model/span-map.js';
import { groupBy } from '../../../support/group-by.js';
import { counted } from '../../../model/text-of.js';
import { printable } from '../../../trace/text/printable.js';
import { nodesOf } from '../../../trace/walk.js';
import type { CapturedSpan } from '../../../trace/captured-span.js';
import { firstTexts } from '../../first-texts.js';
import { runOf, treesOf, type LogSource, type SpanSource } from '../../snapshot/source.js';
import { Matching } from '../comparison/matching.js';
import type { Expectation, LeafCheck } from '../pattern/expectation.js';
import { titleOf } from './describe.js';
import type { Failure } from './failure.js';

/** Maximum number shown of each: shared ids, spans per shared id, and spans elsewhere. */
const MAX_SHOWN = 5;

const CONVENTION = /^(?:http|url|db|messaging|rpc|network|net|server|client|user_agent|graphql|faas)\./;

/**
 * Hints on the spans that an assertion searched.
 *
 * @param spans a run, one of its lists, or any other source of spans
 * @param found the traces or roots in it
 */
export function hintsOn(spans: unknown, found: readonly unknown[], expectation?: Expectation): string[] {
  const run = runOf(spans);
  const why = found.length === 0 ? run?.explainNoSpans?.() : undefined;
  const lacking =
    found.length > 0 && run !== undefined && expectation !== undefined ? hintsOnInstrumentations(run, expectation) : [];
  return [...linesOf(why), ...lacking, ...hintsOnRun(run)];
}

/** Hints on why an awaited span is missing: it may be elsewhere, or its instrumentation may not be loaded. */
export function hintsOnMissing(run: SpanSource, expectation: Expectation | undefined, onlyRoots = false): string[] {
  if (expectation === undefined) return [];
  const hasSpans = run.spans.length + (run.openSpans?.length ?? 0) > 0;
  const lacking = hasSpans ? hintsOnInstrumentations(run, expectation) : [];
  return [...matchesElsewhere(run, expectation, onlyRoots).lines, lacking.join('\n')];
}

/** The loaded instrumentations, if the pattern expects an instrumented span and the run has none. */
function hintsOnInstrumentations(run: SpanSource, expectation: Expectation): string[] {
  const { spans, openSpans = [] } = run;
  const hasSome = [...spans, ...openSpans].some(({ scope }) => /instrumentation/.test(scope));
  return hasSome || !expectsInstrumentation(expectation) ? [] : linesOf(run.explainInstrumentations?.());
}

function expectsInstrumentation(expectation: Expectation): boolean {
  const all = [expectation];
  for (const { checks } of all) {
    for (const check of checks) {
      if (check.kind === 'leaf' && isOfConvention(check)) return true;
      if (check.kind === 'list') for (const wanted of check.wanted) all.push(wanted.expectation);
    }
  }
  return false;
}

/** Whether a check is for a kind other than the default, or for an attribute that instrumentations set. */
function isOfConvention({ isField, label, leaf }: LeafCheck): boolean {
  return isField ? label === 'kind' && leaf.text !== 'internal' : CONVENTION.test(label);
}

/** Hints on spans that share an id, and on dropped spans. */
export function hintsOnRun(run: SpanSource | undefined): string[] {
  return run === undefined ? [] : [...hintsOnShared(run), ...hintsOnDropped(run)];
}

function hintsOnShared(run: SpanSource): string[] {
  const nodes = nodesOf(treesOf(run).flat());
  const shared = [...groupBy(nodes, spanKey).values()].filter(({ length }) => length > 1);
  const lineOf = (sharing: CapturedSpan[]): string => {
    const names = firstTexts(sharing, MAX_SHOWN, (span) => titleOf(span));
    return `${sharing.length} spans share the id ${printable(sharing[0]?.spanId)}: ${names.join(', ')}. Does the provider generate random ids?`;
  };
  return firstTexts(shared, MAX_SHOWN, lineOf, (more) => `… ${more} more ids are shared`);
}

function hintsOnDropped({ droppedSpansCount, limitReached }: SpanSource): string[] {
  return droppedText(droppedSpansCount, 'span', limitReached ?? 'maxSpansPerScope');
}

/**
 * The failure of a negative assertion whose result is inconclusive: spans were dropped, could not arrive, or may be
 * elsewhere. Undefined if every span was seen.
 *
 * @param elsewhere a line for each matching span elsewhere
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
  return { headline: `cannot tell ${question}`, body, actual: '(not all seen)', expected };
}

/** Hints on log records: why there are none, how many went to another logs API, and how many were dropped. */
export function hintsOnLogs(run: LogSource): string[] {
  const why = run.logs.length === 0 ? run.explainNoLogs?.() : run.explainUnreadLogs?.();
  return [...linesOf(why), ...droppedText(run.droppedLogsCount, 'log record', run.limitReached ?? 'maxLogsPerScope')];
}

function droppedText(count: number | undefined, noun: string, option: string): string[] {
  return count ? [`dropped ${counted(count, noun)}, because ${option} was reached`] : [];
}

function linesOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split('\n');
}

/**
 * Matching spans that the run does not have but that may belong to it.
 *
 * @param onlyRoots whether to count only spans without a parent among them
 * @returns how many there are, and a line for each of the first
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
  const lines = firstTexts(found, MAX_SHOWN, (node) => `${titleOf(node)} matches, but is ${places.get(spanKey(node))}`);
  return { count: found.length, lines };
}
