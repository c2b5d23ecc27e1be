import { useEffect, useMemo, useState } from 'preact/hooks';
import { httpStatusOf } from '../../src/analysis/exceptions.js';
import type { Gone, TraceDetail } from '../../src/api/schemas.js';
import { counted, duration, grouped, timeOfDay } from '../../src/text/units.js';
import { get, Refused } from '../api/client.js';
import { watch } from '../api/live.js';
import { saveTrace } from '../files/saving.js';
import { TraceFlameView } from '../flame/trace-flame-view.js';
import { useKeys } from '../keys/keys.js';
import { copy } from '../parts/copy.js';
import { FindField, useFind } from '../parts/find.js';
import { EARLIER_START, isOfEarlierStart, Notice } from '../parts/notice.js';
import { DEFAULT_WINDOW, lastList, linkTo, note, route } from '../state/route.js';
import { comparison, line } from '../text/shown.js';
import { Detail } from '../trace/detail.js';
import { lineMatches, linesOf, type Line } from '../trace/flatten.js';
import { Minimap } from '../trace/minimap.js';
import type { ShownTrace } from '../trace/shown-trace.js';
import { traceText } from '../trace/trace-text.js';
import { Waterfall } from '../trace/waterfall.js';
import { Status } from './traces.js';

/** Longest root name that is put into the address, where it leads to similar traces once the trace is gone. */
const MOST_NAME = 200;

/** The smallest view: the trace is loaded once, and the stream only serves the header. */
export const HEADER_ONLY = { view: 'traces', parameters: { window: '1s', limit: 1 } } as const;

/** The list that a trace belongs to. */
interface TraceList {
  readonly name: string;
  readonly address: string;
}

/** One trace: its waterfall, and the detail of the selected line beside it. */
export function TraceScreen() {
  const { traceId = '' } = route.value;
  const [trace, setTrace] = useState<TraceDetail>();
  const [refusal, setRefusal] = useState<Refused>();
  useEffect(() => watch(HEADER_ONLY), []);
  useEffect(() => {
    const control = new AbortController();
    get<TraceDetail>(`trace/${traceId}`, {}, control.signal).then(setTrace, (error: unknown) => {
      if (!control.signal.aborted) setRefusal(error instanceof Refused ? error : noAnswer());
    });
    return () => control.abort();
  }, [traceId]);
  if (refusal !== undefined) return <Missing refusal={refusal} />;
  return trace === undefined ? (
    <p class="empty faint">Loading …</p>
  ) : (
    <TraceView trace={trace} list={{ name: lastList.screen!, address: linkTo(lastList) }} />
  );
}

function noAnswer(): Refused {
  return new Refused(0, { error: 'No answer from the service.' });
}

/** Why the trace is missing, and where to find similar ones. */
function Missing({ refusal: { failure } }: { refusal: Refused }) {
  const { evictedAt } = failure as Partial<Gone>;
  const { of: name } = route.value.more;
  useKeys('Trace', [{ keys: ['Escape'], does: BACK, run: () => leave(linkTo(lastList)) }]);
  return (
    <div class="empty">
      <p>{isOfEarlierStart(route.value) ? EARLIER_START : failure.error}</p>
      {typeof evictedAt === 'number' && <p class="faint">It was removed at {timeOfDay(evictedAt)}.</p>}
      {name !== undefined && name !== '' && (
        <p>
          <a class="link" href={linkTo({ screen: 'traces', query: comparison('root.name', name), ...NEWEST })}>
            other traces of {line(name, 100)}
          </a>
        </p>
      )}
      <p>
        <a class="link" href={linkTo({ screen: 'traces', ...NEWEST })}>
          to the traces
        </a>
      </p>
    </div>
  );
}

const NEWEST = { window: DEFAULT_WINDOW, more: {} };
const BACK = 'back to the list';

function leave(address: string): void {
  location.hash = address;
}

const VIEWS = { '': 'waterfall', flame: 'flame', text: 'text' } as const;

export function TraceView({ trace, list }: { trace: ShownTrace; list: TraceList }) {
  const { more } = route.value;
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const rows = useMemo(() => linesOf(trace, folded), [trace, folded]);
  const all = useMemo(() => linesOf(trace, new Set()), [trace]);
  const view = more['view'] ?? '';
  const isFlame = view === 'flame';
  const name = trace.spans[0]?.name ?? '';
  useEffect(() => {
    if (name.length <= MOST_NAME) note({ of: name });
  }, [name]);
  const selected = rows.findIndex(({ id }) => id === more['span']);

  const show = (row: Line | undefined): void => {
    if (row === undefined) return;
    if (!rows.includes(row) && !rows.some(({ id }) => id === row.id)) setFolded(new Set());
    note({ span: row.id });
  };
  const select = (index: number): void => show(rows[Math.max(0, Math.min(rows.length - 1, index))]);
  const step = (wanted: (row: Line) => boolean, by: 1 | -1): void => {
    const from = all.findIndex(({ id }) => id === more['span']);
    for (let i = 1; i <= all.length; i++) {
      const row = all[(((from + by * i) % all.length) + all.length) % all.length];
      if (row !== undefined && wanted(row)) return show(row);
    }
  };
  const fold = (id: number, hide: boolean): void => {
    const next = new Set(folded);
    if (hide) next.add(id);
    else next.delete(id);
    setFolded(next);
  };
  const find = useFind({
    rows: all,
    idOf: ({ id }) => id,
    has: lineMatches,
    selected: more['span'],
    show,
    label: 'find in this trace',
    keys: ['/'],
  });
  const current = rows[selected];
  const foldOrLeave = (): void => {
    if (current === undefined) return;
    if (current.kind === 'span' && hasContents(current) && !folded.has(current.span.id))
      return fold(current.span.id, true);
    const parent = current.kind === 'event' ? current.span.spanId : current.span.parentSpanId;
    show(rows.find(({ id }) => id === parent));
  };
  const unfold = (): void => {
    if (current?.kind === 'span' && folded.has(current.span.id)) fold(current.span.id, false);
    else select(selected + 1);
  };
  useKeys('Trace', [
    ...(isFlame
      ? []
      : [
          { keys: ['j', 'ArrowDown'], does: 'next line', run: () => select(selected + 1) },
          { keys: ['k', 'ArrowUp'], does: 'previous line', run: () => select(selected - 1) },
          { keys: ['h', 'ArrowLeft'], does: 'fold, or to the parent', run: foldOrLeave },
          { keys: ['l', 'ArrowRight'], does: 'unfold, or into', run: unfold },
        ]),
    { keys: ['g', 'Home'], does: 'first line', run: () => select(0) },
    { keys: ['G', 'End'], does: 'last line', run: () => select(rows.length - 1) },
    { keys: ['e'], does: 'next error', run: () => step(isError, 1) },
    { keys: ['E'], does: 'previous error', run: () => step(isError, -1) },
    ...find.keys,
    { keys: ['w'], does: 'waterfall', run: () => note({ view: '' }) },
    { keys: ['f'], does: 'flame', run: () => note({ view: 'flame' }) },
    { keys: ['t'], does: 'text', run: () => note({ view: 'text' }) },
    { keys: ['c'], does: 'copy the trace as text', run: () => void copy(traceText(trace), 'the trace') },
    { keys: ['x'], does: 'save the trace', run: () => saveTrace(trace) },
    { keys: ['Escape'], does: BACK, run: () => leave(list.address) },
  ]);

  return (
    <>
      <Title trace={trace} list={list} />
      <div class="list-head">
        <span class="views" role="group" aria-label="View">
          {Object.entries(VIEWS).map(([key, label]) => (
            <button key={key} type="button" aria-pressed={view === key} onClick={() => note({ view: key })}>
              {label}
            </button>
          ))}
        </span>
        <button type="button" onClick={() => void copy(traceText(trace), 'the trace')}>
          copy as text
        </button>
        <button type="button" title="Save the trace (x)" onClick={() => saveTrace(trace)}>
          save
        </button>
        <span class="spacer" />
        <FindField {...find.field} />
      </div>
      {more['span'] !== undefined && !all.some(({ id }) => id === more['span']) && (
        <Notice offers={[{ name: 'leave the selection', act: () => note({ span: '' }) }]}>
          The selected span is not in this trace: it may have come later, or was not recorded.
        </Notice>
      )}
      {view === 'text' ? (
        <pre class="trace-text scroll" tabIndex={0}>
          {traceText(trace)}
        </pre>
      ) : (
        <div class="trace-split">
          <div class="trace-main">
            {isFlame ? (
              <TraceFlameView trace={trace} matches={find.matches} />
            ) : (
              <>
                {trace.spans.length > 12 && <Minimap trace={trace} />}
                <Waterfall
                  trace={trace}
                  rows={rows}
                  selected={selected}
                  folded={folded}
                  matches={find.matches}
                  onSelect={select}
                  onFold={(id) => fold(id, !folded.has(id))}
                />
              </>
            )}
          </div>
          <aside class="detail" aria-label="Detail of the selection" tabIndex={0}>
            <Detail row={all.find(({ id }) => id === more['span']) ?? rows[0]} trace={trace} />
          </aside>
        </div>
      )}
    </>
  );
}

function Title({ trace, list }: { trace: ShownTrace; list: TraceList }) {
  const root = trace.spans[0];
  return (
    <div class="trace-title num">
      <a class="faint" href={list.address}>
        {list.name} /
      </a>
      <h2>{line(root?.name ?? '', 200) || '(no name)'}</h2>
      {root !== undefined && <Status status={httpStatusOf(root)} />}
      <strong>{duration(trace.duration)}</strong>
      <span class="faint">{counted(trace.spans.length, 'span')}</span>
      {trace.failed > 0 && <span class="bad">✗ {grouped(trace.failed)}</span>}
      {trace.logs > 0 && <span class="faint">{counted(trace.logs, 'log')}</span>}
      {!trace.complete && <span class="warn">incomplete</span>}
      {trace.nPlusOne.map(({ name, statement, count, duration: millis, example }) => (
        <button key={example} type="button" class="mark" onClick={() => note({ span: example, view: '' })}>
          N+1: {grouped(count)}× {line(statement ?? name, 90)}, {duration(millis)}
        </button>
      ))}
      <span class="faint">{timeOfDay(trace.start)}</span>
    </div>
  );
}

function isError(row: Line): boolean {
  return row.kind === 'span' && row.span.status === 'error';
}

function hasContents({ span }: Line): boolean {
  return span.children > 0 || span.events.length > 0;
}
