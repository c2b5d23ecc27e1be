import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { StackRow } from '../../src/api/schemas.js';
import { counted, grouped } from '../../src/text/units.js';
import { epoch, pulse, type Watched } from '../api/live.js';
import { COMPARED } from '../compare/change.js';
import { CompareChoice, ComparedTimes, useCompare } from '../compare/compare-choice.js';
import { StacksFlameView } from '../flame/stacks-flame-view.js';
import { Empty } from '../parts/empty.js';
import { FindField } from '../parts/find.js';
import { FollowButton, ListTable, orderKeys, useList, type List } from '../parts/list.js';
import { Notice, RowNotice } from '../parts/notice.js';
import { useAnswer } from '../state/answer.js';
import { useSteadyRows } from '../state/list.js';
import { go, note, route } from '../state/route.js';
import { anyHas, line } from '../text/shown.js';
import { COLUMNS, SORTS, type Sort } from './stacks-columns.js';
import { Row } from './stacks-row.js';
import { SplitField } from './split-field.js';
import { stackLines, type StackLine } from './stacks-tree.js';

const NOTHING: ReadonlySet<number> = new Set();
const NONE: readonly StackRow[] = [];

/** Call paths with true percentiles, as a tree or as a flame graph. */
export function StacksScreen() {
  const { query, window, more } = route.value;
  const sort = SORTS.find((known) => known === more['sort']) ?? 'total';
  const split = more['split'] ?? '';
  const isFlame = more['view'] === 'flame';
  const mark = more['mark'] ?? '';
  const isWhole = query === '' && split === '';
  const comparing = mark !== '' && isWhole;
  const parameters = { query, window, sort, split, mark: comparing ? mark : '' };
  const asked: Watched<'stacks'> = { view: 'stacks', parameters };
  const answer = useAnswer(asked);
  const live = useSteadyRows(answer?.rows ?? NONE, JSON.stringify([asked, epoch.value]));
  const { rows } = live;
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  // After a restart, the service reuses the numbers for other paths.
  useEffect(() => setFolded(new Set()), [epoch.value]);
  const lines = useMemo(() => stackLines(rows, folded), [rows, folded]);
  const all = useMemo(() => stackLines(rows, NOTHING), [rows]);
  const compare = useCompare(answer?.marks, mark);
  const splitField = useRef<HTMLInputElement>(null);
  const fold = (id: number): void => {
    const next = new Set(folded);
    if (!next.delete(id)) next.add(id);
    setFolded(next);
  };
  const foldOrUp = (): void => {
    if (current === undefined) return;
    if (current.parts > 0 && !folded.has(current.row.id)) fold(current.row.id);
    else select(lines.findIndex(({ row }) => row.id === current.row.parent));
  };
  const unfold = (): void => {
    if (current !== undefined && folded.has(current.row.id)) fold(current.row.id);
    else select(selected + 1);
  };
  const list: List<StackLine> = useList({
    title: 'Stacks',
    noun: 'path',
    rows: lines,
    idOf: ({ row }) => String(row.id),
    has: stackHas,
    all,
    reveal: ({ row }) => {
      setFolded(NOTHING);
      note({ row: String(row.id) });
    },
    order: folded,
    live,
    isTable: !isFlame,
    enter: { does: 'its slowest trace', run: (stack) => openTrace(stack?.row.examples.slowest) },
    keys: [
      ...(isFlame
        ? []
        : [
            { keys: ['h', 'ArrowLeft'], does: 'fold, or to the parent', run: foldOrUp },
            { keys: ['l', 'ArrowRight'], does: 'unfold, or into', run: unfold },
          ]),
      { keys: ['e'], does: 'its newest failed trace', run: () => openTrace(current?.row.examples.newestError) },
      { keys: ['F'], does: isFlame ? 'table' : 'flame graph', run: () => setFlame(!isFlame) },
      ...orderKeys(SORTS, sort, (next) => note({ sort: next })),
      { keys: ['s'], does: 'split by an attribute', run: () => splitField.current?.select() },
      ...compare.keys,
    ],
  });
  const { select, selected } = list;
  const current = lines[selected];

  return (
    <>
      <div class="list-head">
        <span class="num faint">{answer !== undefined && counted(answer.rows.length, 'call path')}</span>
        <span class="views" role="group" aria-label="View">
          <button type="button" aria-pressed={!isFlame} onClick={() => setFlame(false)}>
            table
          </button>
          <button type="button" aria-pressed={isFlame} title="Flame graph (F)" onClick={() => setFlame(true)}>
            flame
          </button>
        </span>
        <SplitField input={splitField} split={split} />
        <CompareChoice {...compare} />
        <FindField {...list.find.field} />
        {comparing && <ComparedTimes {...compare} />}
        {!isWhole && answer !== undefined && <Ground rows={answer.rows} />}
        {answer !== undefined && answer.folded > 0 && (
          <span class="warn num">{counted(answer.folded, 'call')} under (others)</span>
        )}
        {answer !== undefined && answer.late > 0 && (
          <span class="warn num">{counted(answer.late, 'late span')} in totals only</span>
        )}
        {answer?.partial === true && <span class="warn">of the newest spans only: the time limit was reached</span>}
        <span class="spacer" />
        <FollowButton list={list} />
        {current !== undefined && <Examples row={current.row} />}
      </div>
      {mark !== '' && !isWhole && (
        <Notice
          offers={[{ name: 'clear query and split', act: () => go({ query: '', more: { ...more, split: '' } }) }]}
        >
          Only whole call paths are compared with a mark: without a query and a split.
        </Notice>
      )}
      {answer !== undefined && more['row'] !== undefined && !all.some(({ row }) => String(row.id) === more['row']) && (
        <RowNotice offers={[{ name: 'look in the last 12 h', act: () => go({ window: '12h', more }) }]}>
          The selected call path has no calls in this window, or is folded into (others).
        </RowNotice>
      )}
      {isFlame && lines.length > 0 && <StacksFlameView rows={rows} />}
      <ListTable
        list={list}
        label="Call paths"
        style={`stacks-table ${comparing ? 'compared-table' : ''}`}
        hidden={isFlame && lines.length > 0}
        head={
          <>
            <SortHead sort="name" name="call path" title="Name" now={sort} />
            {(comparing ? COMPARED : COLUMNS).map(({ sort: by, name, title }) => (
              <SortHead key={name} sort={by} name={name} title={title} now={sort} numeric />
            ))}
            <th scope="col">calls over time</th>
          </>
        }
        empty={<Empty loaded={answer !== undefined}>No span has ended in this window yet.</Empty>}
      >
        {(stack, place) => (
          <Row
            key={`${stack.row.id} ${stack.row.value ?? ''}`}
            stack={stack}
            {...place}
            folded={folded.has(stack.row.id)}
            comparing={comparing}
            onSelect={select}
            onFold={fold}
          />
        )}
      </ListTable>
    </>
  );
}

function setFlame(on: boolean): void {
  note({ view: on ? 'flame' : '' });
}

function stackHas({ row: { name, value, scope, kind } }: StackLine, needle: string): boolean {
  return anyHas([name, value, scope, kind], needle);
}

/** The number of spans behind a query or a split, which only cover the kept spans. */
function Ground({ rows }: { rows: readonly StackRow[] }) {
  const coverage = pulse.value?.coverage;
  if (coverage === undefined) return null;
  const shown = rows.reduce((sum, { calls }) => sum + calls, 0);
  return (
    <span class="faint num">
      {grouped(shown)} of {grouped(coverage.retained)} retained spans, {grouped(coverage.received)} seen
    </span>
  );
}

function openTrace(traceId: string | null | undefined): void {
  if (traceId !== null && traceId !== undefined) go({ screen: 'trace', traceId });
}

interface SortHeadProps {
  readonly sort: Sort | undefined;
  readonly name: string;
  readonly title: string;
  readonly now: Sort;
  readonly numeric?: boolean;
}

function SortHead({ sort, name, title, now, numeric = false }: SortHeadProps) {
  const isNow = sort === now;
  const direction = sort === 'name' ? 'ascending' : 'descending';
  return (
    <th scope="col" class={numeric ? 'num' : ''} aria-sort={isNow ? direction : undefined} title={title}>
      <button type="button" class="sort" onClick={() => sort !== undefined && note({ sort })}>
        {name}
        {isNow && <span aria-hidden="true"> {sort === 'name' ? '↑' : '↓'}</span>}
      </button>
    </th>
  );
}

const EXAMPLES = { newest: 'newest', slowest: 'slowest', newestError: 'newest error' } as const;

/** Example traces of the selected path, which are kept longer than other traces. */
function Examples({ row }: { row: StackRow }) {
  return (
    <span class="examples">
      <span class="faint">trace of {line(row.name, 40)}:</span>
      {Object.entries(EXAMPLES).map(([which, name]) => {
        const traceId = row.examples[which as keyof typeof EXAMPLES];
        return (
          traceId !== null && (
            <button key={which} type="button" onClick={() => openTrace(traceId)}>
              {name}
            </button>
          )
        );
      })}
    </span>
  );
}
