import type { TraceSummary } from '../../src/api/schemas.js';
import { counted, duration, grouped, timeOfDay } from '../../src/text/units.js';
import { type Watched } from '../api/live.js';
import { chooseFile } from '../files/drop.js';
import { toSave } from '../files/saving.js';
import { Empty } from '../parts/empty.js';
import { heads, ListHead, ListTable, orderKeys, useList, type RowPlace } from '../parts/list.js';
import { RowNotice, type Offer } from '../parts/notice.js';
import { later } from '../parts/on-demand.js';
import { Unfinished } from '../parts/unfinished.js';
import { useAnswer } from '../state/answer.js';
import { useLiveRows } from '../state/live-rows.js';
import { go, linkTo, note, route, TRACE_ID } from '../state/route.js';
import { anyHas, line } from '../text/shown.js';
import { TraceBar } from './trace-bar.js';

const LIMIT = 200;

const SORTS = ['newest', 'slowest', 'spans', 'errors'] as const;

/** Finished traces, newest on top. */
export function TracesScreen() {
  const { query, window, more } = route.value;
  const sort = SORTS.find((known) => known === more['sort']) ?? 'newest';
  const asked: Watched<'traces'> = { view: 'traces', parameters: { query, window, sort, limit: LIMIT } };
  const answer = useAnswer(asked);
  const live = useLiveRows(asked, answer, LIMIT);
  const { rows } = live;
  const list = useList({
    title: 'Traces',
    noun: 'trace',
    rows,
    idOf: ({ id }) => String(id),
    has: traceHas,
    more: ({ traceId }) => ({ of: traceId }),
    live,
    enter: { does: 'open the trace', run: openTrace },
    keys: [
      ...orderKeys(SORTS, sort, order),
      { keys: ['x'], does: 'save these traces', run: () => saveTraces(asked.parameters) },
    ],
  });
  const most = rows.reduce((longest, row) => Math.max(longest, row.duration), 0);
  const services = new Set(rows.map(({ service }) => service)).size > 1;
  return (
    <>
      <ListHead list={list}>
        <span class="faint">{answer !== undefined && counted(Math.max(answer.matched, rows.length), 'trace')}</span>
        <Unfinished answer={answer} noun="trace" onMore={live.older} />
        <label>
          order{' '}
          <select value={sort} onChange={({ currentTarget }) => order(currentTarget.value)}>
            {SORTS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <button type="button" title="Save these traces (x)" onClick={() => saveTraces(asked.parameters)}>
          save
        </button>
        <button type="button" title="Open a file of traces (X)" onClick={chooseFile}>
          open a file
        </button>
      </ListHead>
      {answer !== undefined && list.isMissing && (
        <RowNotice offers={traceOffer(more['of'])}>The selected trace is not among the traces of this list.</RowNotice>
      )}
      <ListTable
        list={list}
        label="List of traces"
        style="traces-table"
        head={TRACE_HEADS}
        empty={
          <Empty loaded={answer !== undefined} unseen={answer?.unseenKeys}>
            No trace has finished in this window yet.
          </Empty>
        }
      >
        {(row, place) => <TraceRow key={row.id} row={row} most={most} services={services} {...place} />}
      </ListTable>
    </>
  );
}

function traceHas(row: TraceSummary, needle: string): boolean {
  const { name, traceId, service, error, httpStatus, calls, complete } = row;
  const texts = [name, traceId, service, error, httpStatus, complete ? null : 'incomplete'];
  return anyHas([...texts, ...calls.map(({ label }) => label)], needle);
}

export const TRACE_HEADS = heads([
  ['time'],
  ['name'],
  ['status', 'num'],
  ['duration', 'num'],
  ['spans', 'num'],
  ['contents'],
]);

function saveTraces(parameters: Watched<'traces'>['parameters']): void {
  toSave.value = {
    what: 'the first traces of this list',
    fileName: 'traces',
    isOneTrace: false,
    load: async (progress) => (await later()).loadTraces(parameters, progress),
  };
}

function openTrace(row: TraceSummary | undefined): void {
  if (row !== undefined) go({ screen: 'trace', traceId: row.traceId });
}

function traceOffer(traceId: string | undefined): readonly Offer[] {
  if (traceId === undefined || !TRACE_ID.test(traceId)) return [];
  return [{ name: 'open it', act: () => go({ screen: 'trace', traceId }) }];
}

function order(sort: string): void {
  note({ sort, row: '', of: '' });
}

interface TraceRowProps extends RowPlace {
  readonly row: TraceSummary;
  /** Screen that shows the trace. */
  readonly screen?: 'trace' | 'file';
  readonly most: number;
  readonly services: boolean;
}

export function TraceRow({ row, screen = 'trace', index, most, services, selected, found }: TraceRowProps) {
  const link = { screen, traceId: row.traceId, more: {} } as const;
  // A request that succeeded has recovered from its failed spans.
  const tone = row.failed === 0 ? '' : (row.httpStatus ?? 500) < 400 ? 'warn' : 'bad';
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={selected}
      class={`${tone === 'bad' ? 'failed' : ''} ${found ? 'match' : ''}`}
      onClick={(event) => {
        if (!(event.target instanceof HTMLAnchorElement) && getSelection()?.isCollapsed !== false) go(link);
      }}
    >
      <td class="num faint time">{timeOfDay(row.start)}</td>
      <td class="name">
        <a href={linkTo(link)}>{line(row.name) || '(no name)'}</a>
      </td>
      <td class="num">
        <Status status={row.httpStatus} />
      </td>
      <td class="num dur">
        <span class="dur-cell">
          <TraceBar row={row} most={most} />
          <span>{duration(row.duration)}</span>
        </span>
      </td>
      <td class="num faint">{grouped(row.spans)}</td>
      <td class="contents">
        <Contents row={row} tone={tone} services={services} />
      </td>
    </tr>
  );
}

export function Status({ status }: { status: number | null | undefined }) {
  if (status === null || status === undefined) return null;
  return <span class={status >= 500 ? 'bad' : status >= 400 ? 'warn' : 'faint'}>{status}</span>;
}

/** Most important first, because a narrow screen cuts off the end. */
function Contents({ row, tone, services }: { row: TraceSummary; tone: string; services: boolean }) {
  return (
    <>
      {row.failed > 0 && (
        <span class={tone}>
          ✗ {grouped(row.failed)}
          {row.error !== null && ` ${line(row.error, 200)}`}
        </span>
      )}
      {!row.complete && <span class="warn">incomplete</span>}
      {row.calls.map(({ label, count, nPlusOne }) => (
        <span key={label} class={nPlusOne ? 'warn' : 'faint'}>
          {line(label, 40)}×{grouped(count)}
          {nPlusOne && ' N+1'}
        </span>
      ))}
      {row.logs > 0 && <span class="faint">{counted(row.logs, 'log')}</span>}
      {services && <span class="faint">{line(row.service, 40)}</span>}
    </>
  );
}
