import type { Figures, StackRow } from '../../api/schemas.js';
import { duration, grouped, percent, rate } from '../../text/units.js';
import type { Answer, Row } from '../answer.js';
import { shown } from '../untrusted.js';
import { changed, changeOf, millis, plural } from '../words.js';

/** Figures of a call path before and after a point in time. */
export interface StackChange extends Pick<StackRow, 'id' | 'parent' | 'name'>, PathFigures {
  readonly before: PathFigures | null;
}

export type PathFigures = Pick<Figures, 'calls' | 'errors' | 'self' | 'p50' | 'p95'>;

/** Adds the changes, sorted by the change of a path's self time per call of its root, largest first. */
export function addStackChanges(answer: Answer, changes: readonly StackChange[], limit: number): void {
  const byId = new Map(changes.map((row) => [row.id, row]));
  const rows = changes
    .map((row) => ({ row, line: lineOf(row, byId) }))
    .sort((a, b) => weightOf(b.row, b.line[0]) - weightOf(a.row, a.line[0]));
  if (!changes.some(({ calls }) => calls > 0))
    answer.hint('Nothing has arrived since the mark: send the requests again, then compare.');
  if (!changes.some(({ before }) => before !== null))
    answer.hint('Nothing had arrived before the mark: there is nothing to compare with.');
  answer.say('The largest change of self time per root call comes first.');
  answer.limited(Math.max(0, rows.length - limit), 'call path');
  answer.list(
    'stacks',
    undefined,
    rows.slice(0, limit).map(({ row, line }) => comparedRow(row, line[0], pathOf(line))),
    'call path',
  );
}

type Path = readonly [root: StackChange, ...below: StackChange[]];

function pathOf(line: Path): string {
  const names = line.map(({ name }) => shown(name, 60));
  return names.length > 4 ? [names[0], '...', ...names.slice(-3)].join(' > ') : names.join(' > ');
}

/** The ancestors of a row, root first, and the row itself. Parents may come after their children. */
export function lineOf<Node extends TreeRow>(row: Node, byId: ReadonlyMap<number, Node>): [Node, ...Node[]] {
  const line: [Node, ...Node[]] = [row];
  for (let above = parentOf(row, byId); above !== undefined && !line.includes(above); above = parentOf(above, byId)) {
    line.unshift(above);
  }
  return line;
}

type TreeRow = Pick<StackRow, 'id' | 'parent'>;

function parentOf<Node extends TreeRow>({ parent }: TreeRow, byId: ReadonlyMap<number, Node>): Node | undefined {
  return parent === null ? undefined : byId.get(parent);
}

/** Change of a path's self time per call of its root. */
function weightOf(row: StackChange, root: StackChange): number {
  const before = row.before === null || root.before === null ? 0 : row.before.self / (root.before.calls || 1);
  return Math.abs(row.self / (root.calls || 1) - before);
}

function comparedRow(row: StackChange, root: StackChange, path: string): Row {
  const { id, name, calls, errors, p50, p95, before } = row;
  const record = { id, name: shown(name, 60), calls, errors, p50Ms: millis(p50), p95Ms: millis(p95) };
  if (before === null || before.calls === 0) {
    return {
      lines: [
        `${path}: new, ${plural(calls, 'call')}, p50 ${duration(p50)}, p95 ${duration(p95)}, ${plural(errors, 'error')}`,
      ],
      record: { ...record, before: null },
    };
  }
  const was = { calls: before.calls, errors: before.errors, p50Ms: millis(before.p50), p95Ms: millis(before.p95) };
  if (calls === 0) {
    return {
      lines: [
        `${path}: gone, it had ${plural(before.calls, 'call')}, p50 ${duration(before.p50)}, ${plural(before.errors, 'error')}`,
      ],
      record: { ...record, before: was },
    };
  }
  const parts = [
    `p50 ${changed(before.p50, p50)}`,
    `p95 ${changed(before.p95, p95)}`,
    `calls ${grouped(before.calls)} -> ${grouped(calls)}`,
    ...perRoot(row, root),
    ...(before.errors > 0 || errors > 0
      ? [`errors ${percent(before.errors / before.calls)} -> ${percent(errors / calls)}`]
      : []),
  ];
  return { lines: [`${path}: ${parts.join(', ')}`], record: { ...record, before: was } };
}

/** Number of calls per call of the root, which shows whether an N+1 exists or is gone. */
function perRoot(row: StackChange, root: StackChange): string[] {
  if (row === root || row.before === null || root.before === null || root.calls === 0 || root.before.calls === 0)
    return [];
  const [before, after] = [row.before.calls / root.before.calls, row.calls / root.calls];
  return [`per root call ${rate(before)} -> ${rate(after)}${changeOf(before, after)}`];
}
