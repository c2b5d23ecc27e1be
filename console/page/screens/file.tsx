import { useEffect, useMemo } from 'preact/hooks';
import { summaryOf } from '../../src/analysis/trace-summary.js';
import type { TraceSummary } from '../../src/api/schemas.js';
import { counted } from '../../src/text/units.js';
import type { TraceRow as Trace } from '../../src/model/trace-row.js';
import { watch } from '../api/live.js';
import { chooseFile } from '../files/drop.js';
import type { OpenedFile } from '../files/open-text.js';
import { detailOfOpened, opened } from '../files/opened.js';
import { toSave } from '../files/saving.js';
import { useKeys } from '../keys/keys.js';
import { ListHead, ListTable, useList } from '../parts/list.js';
import { go, linkTo, route } from '../state/route.js';
import { anyHas, line } from '../text/shown.js';
import { HEADER_ONLY, TraceView } from './trace.js';
import { TRACE_HEADS, TraceRow } from './traces.js';

/** The traces of an opened file, as a list and one by one. */
export function FileScreen() {
  useEffect(() => watch(HEADER_ONLY), []);
  const file = opened.value;
  const { traceId } = route.value;
  if (file === undefined) return <NoFile />;
  const trace = file.traces.find((known) => known.traceId === traceId);
  return (
    <>
      <FileBar file={file} />
      {trace === undefined ? <TraceList file={file} /> : <OneTrace key={trace.traceId} file={file} trace={trace} />}
    </>
  );
}

function toLive(): void {
  go({ screen: 'traces' });
}

function NoFile() {
  useKeys('File', [{ keys: ['Escape'], does: 'to the live data', run: toLive }]);
  return (
    <div class="empty">
      <p>No file is open. A file stays in the memory of its tab until the tab is reloaded.</p>
      <p>
        <button type="button" onClick={chooseFile}>
          open a file
        </button>{' '}
        <button type="button" onClick={toLive}>
          to the live data
        </button>
      </p>
    </div>
  );
}

function FileBar({ file: { name, format, traces, spans, notes } }: { file: OpenedFile }) {
  return (
    <div class="file-bar num">
      <strong>from file {line(name, 120)}</strong>
      <span>
        {format} · {counted(traces.length, 'trace')} · {counted(spans, 'span')}
      </span>
      {notes.map((text) => (
        <span key={text} class="warn">
          {text}
        </span>
      ))}
      <span class="spacer" />
      <button type="button" onClick={toLive}>
        to the live data
      </button>
    </div>
  );
}

function OneTrace({ file, trace }: { file: OpenedFile; trace: Trace }) {
  const detail = useMemo(() => detailOfOpened(trace), [trace]);
  const back = linkTo({ screen: 'file', traceId: undefined, more: {} });
  return <TraceView trace={detail} list={{ name: line(file.name, 60), address: back }} />;
}

function TraceList({ file }: { file: OpenedFile }) {
  const { traces } = file;
  const summaries = useMemo(() => new Summaries(), [file]);
  const most = useMemo(() => traces.reduce((longest, { duration }) => Math.max(longest, duration), 0), [file]);
  const services = useMemo(() => new Set(traces.map(({ root }) => root.process.service)).size > 1, [file]);
  const list = useList({
    title: 'File',
    noun: 'trace',
    rows: traces,
    idOf: ({ traceId }) => traceId,
    has: ({ root, traceId }, needle) => anyHas([root.name, traceId, root.process.service], needle),
    enter: {
      does: 'open the trace',
      run: (trace) => trace !== undefined && go({ screen: 'file', traceId: trace.traceId, more: {} }),
    },
    keys: [
      { keys: ['x'], does: 'save these traces', run: () => saveAll(file) },
      { keys: ['Escape'], does: 'to the live data', run: toLive },
    ],
  });
  return (
    <>
      <ListHead list={list}>
        <span class="faint">{counted(traces.length, 'trace')}</span>
      </ListHead>
      <ListTable list={list} label="Traces of the file" style="traces-table" head={TRACE_HEADS}>
        {(trace, place) => (
          <TraceRow
            key={trace.traceId}
            row={summaries.of(trace)}
            screen="file"
            most={most}
            services={services}
            {...place}
          />
        )}
      </ListTable>
    </>
  );
}

function saveAll({ name, traces }: OpenedFile): void {
  toSave.value = {
    what: `the traces of ${line(name, 60)}`,
    fileName: name.replace(/(?:\.(?:otlp|jaeger|chrome))?\.\w+$/, ''),
    isOneTrace: traces.length === 1,
    load: () => Promise.resolve({ traces: traces.map(detailOfOpened), of: traces.length, atLeast: false }),
  };
}

/** Summaries, made only of rows that are shown: a file can have as many traces as spans. */
class Summaries {
  readonly #known = new Map<Trace, TraceSummary>();

  of(trace: Trace): TraceSummary {
    let summary = this.#known.get(trace);
    if (summary === undefined) this.#known.set(trace, (summary = summaryOf(trace)));
    return summary;
  }
}
