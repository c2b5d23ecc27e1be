import type { NPlusOne } from '../api/schemas.js';
import type { SpanRow } from '../model/span-row.js';
import { CLOCK_MILLIS } from './clock.js';
import type { RowTree } from './row-tree.js';
import { requestShapeOf, shapeOfStatement, statementOf } from './statement-shape.js';

/** Minimum number of calls of an N+1. */
export const MIN_CALLS = 5;

/** Maximum number of groups in one answer, longest first. */
const MAX_GROUPS = 50;

const CLIENT = 2;
const PRODUCER = 3;

/** Calls of the same name and shape, by parent. The parents have the same name and the same parent. */
interface Group {
  readonly statement: string | undefined;
  readonly byParent: Map<number, number[]>;
}

/** A repeated call: its description in the API, and the indexes of its spans in the tree. */
export interface RepeatedCall extends NPlusOne {
  readonly calls: readonly number[];
}

/**
 * Calls repeated in sequence where one call might do: at least 5 with the same name and the same statement apart from
 * literals, below one parent or below sibling parents of the same name. Longest total time first.
 */
export function repeatedCalls(tree: RowTree): RepeatedCall[] {
  const shapes = new Map<string, string>();
  const groups = new Map<string, Group>();
  for (const [index, span] of tree.spans.entries()) {
    const parent = tree.parents[index]!;
    if (parent < 0 || !isCall(span)) continue;
    const { key, statement } = callOf(span, shapes);
    const place = `${tree.parents[parent]} ${tree.spans[parent]!.name}\0${key}`;
    let group = groups.get(place);
    if (group === undefined) groups.set(place, (group = { statement, byParent: new Map() }));
    const calls = group.byParent.get(parent);
    if (calls === undefined) group.byParent.set(parent, [index]);
    else calls.push(index);
  }
  return [...groups.values()]
    .flatMap((group) => repeatedIn(tree, group))
    .sort((a, b) => b.duration - a.duration)
    .slice(0, MAX_GROUPS);
}

/** Whether a span waits for another system: a request, a sent message, a statement. */
export function isCall(span: SpanRow): boolean {
  return span.kind === CLIENT || span.kind === PRODUCER || statementOf(span) !== undefined;
}

/** The whole group if its parents ran in sequence, else the calls of each parent separately. */
function repeatedIn(tree: RowTree, { statement, byParent }: Group): RepeatedCall[] {
  const all = [...byParent];
  const together = repeatedBelow(tree, statement, all);
  if (together !== undefined || all.length === 1) return together === undefined ? [] : [together];
  return all.flatMap((one) => repeatedBelow(tree, statement, [one]) ?? []);
}

function repeatedBelow(
  { spans }: RowTree,
  statement: string | undefined,
  byParent: readonly (readonly [parent: number, calls: readonly number[]])[],
): RepeatedCall | undefined {
  const calls = byParent.flatMap(([, indexes]) => indexes).sort((a, b) => spans[a]!.start - spans[b]!.start);
  const rows = calls.map((index) => spans[index]!);
  if (rows.length < MIN_CALLS || !areSequential(rows)) return undefined;
  const duration = sumOf(rows);
  const whole = sumOf(byParent.map(([parent]) => spans[parent]!));
  return {
    parent: spans[byParent[0]![0]]!.spanId,
    name: rows[0]!.name,
    statement: statement ?? null,
    count: rows.length,
    duration,
    share: whole > 0 ? Math.min(1, duration / whole) : 0,
    example: longestOf(rows).spanId,
    calls,
  };
}

/**
 * Whether calls, given in start order, ran in sequence.
 *
 * Each may overlap the previous one by the inaccuracy of the clock, but their total extent must be about the sum of
 * their durations, so that short concurrent calls do not pass.
 */
function areSequential(calls: readonly SpanRow[]): boolean {
  let end = -Infinity;
  for (const call of calls) {
    if (call.start < end - CLOCK_MILLIS) return false;
    end = Math.max(end, call.start + call.duration);
  }
  const extent = end - calls[0]!.start;
  const sum = sumOf(calls);
  return sum <= extent + CLOCK_MILLIS && sum <= extent * 2;
}

function callOf(span: SpanRow, shapes: Map<string, string>): { key: string; statement: string | undefined } {
  const statement = statementOf(span);
  const shape = statement === undefined ? requestShapeOf(span) : shapeIn(shapes, statement);
  return { key: `${span.name}\0${shape ?? ''}`, statement: shape };
}

/** Memoized, because most statements of a trace occur more than once. */
function shapeIn(shapes: Map<string, string>, statement: string): string {
  let shape = shapes.get(statement);
  if (shape === undefined) shapes.set(statement, (shape = shapeOfStatement(statement)));
  return shape;
}

function sumOf(spans: readonly SpanRow[]): number {
  return spans.reduce((sum, { duration }) => sum + duration, 0);
}

function longestOf(spans: readonly SpanRow[]): SpanRow {
  return spans.reduce((longest, span) => (span.duration > longest.duration ? span : longest));
}
