import { useRef, useEffect } from 'preact/hooks';
import { duration } from '../../src/text/units.js';
import { FoldButton } from '../parts/fold-button.js';
import { heads } from '../parts/list.js';
import { scrollToRow, useVisible, VirtualBody } from '../parts/virtual.js';
import { line } from '../text/shown.js';
import { severityClass } from './detail.js';
import { eventText, severityOf, type Line } from './flatten.js';
import type { ShownTrace } from './shown-trace.js';

const ROW_HEIGHT = 24;
const INDENT = 14;
const FOLD_WIDTH = 18;
/** Maximum indentation. Deeper lines are not indented further, to leave room for the name. */
const MOST_INDENTS = 16;

interface WaterfallProps {
  readonly trace: ShownTrace;
  readonly rows: readonly Line[];
  readonly selected: number;
  readonly folded: ReadonlySet<number>;
  readonly matches: ReadonlySet<string>;
  readonly onSelect: (index: number) => void;
  readonly onFold: (id: number) => void;
}

export function Waterfall(props: WaterfallProps) {
  const { rows, selected, trace } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const visible = useVisible(scroller, rows.length, ROW_HEIGHT);
  useEffect(() => scrollToRow(scroller.current, selected, ROW_HEIGHT, 28), [selected]);
  return (
    <div class="scroll" ref={scroller} tabIndex={0} role="region" aria-label="Waterfall">
      <table class="rows waterfall" aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {heads([['name']])}
            <th scope="col">
              <Ruler millis={trace.duration} />
            </th>
            {heads([
              ['duration', 'num'],
              ['self', 'num'],
            ])}
          </tr>
        </thead>
        <VirtualBody visible={visible} count={rows.length} rowHeight={ROW_HEIGHT}>
          {rows.slice(visible.first, visible.end).map((row, offset) => (
            <Row key={row.id} row={row} index={visible.first + offset} {...props} />
          ))}
        </VirtualBody>
      </table>
    </div>
  );
}

function Ruler({ millis }: { millis: number }) {
  return (
    <span class="ruler num">
      {[0, 0.25, 0.5, 0.75].map((part) => (
        <span key={part}>{part === 0 ? '0' : duration(millis * part)}</span>
      ))}
    </span>
  );
}

function Row({
  row,
  index,
  trace,
  selected,
  folded,
  matches,
  onSelect,
  onFold,
}: WaterfallProps & { row: Line; index: number }) {
  const foldable = row.kind === 'span' && (row.span.children > 0 || row.span.events.length > 0);
  const room = foldable || row.kind === 'event' ? 0 : FOLD_WIDTH;
  const indent = { paddingLeft: `${14 + Math.min(row.depth, MOST_INDENTS) * INDENT + room}px` };
  const classes = [row.kind, matches.has(row.id) ? 'match' : ''].join(' ');
  return (
    <tr aria-rowindex={index + 2} aria-selected={index === selected} class={classes} onClick={() => onSelect(index)}>
      {row.kind === 'span' ? (
        <SpanCells
          row={row}
          trace={trace}
          indent={indent}
          folded={foldable ? folded.has(row.span.id) : undefined}
          onFold={onFold}
        />
      ) : (
        <EventCells row={row} trace={trace} indent={indent} />
      )}
    </tr>
  );
}

interface CellsProps<Kind extends Line['kind']> {
  readonly row: Line & { kind: Kind };
  readonly trace: ShownTrace;
  readonly indent: { paddingLeft: string };
}

function SpanCells({
  row: { span },
  trace,
  indent,
  folded,
  onFold,
}: CellsProps<'span'> & { folded: boolean | undefined; onFold: (id: number) => void }) {
  const failed = span.status === 'error';
  const left = place(span.start, trace);
  const width = Math.max(0.15, Math.min(100 - left, (span.duration / (trace.duration || 1)) * 100));
  const tone = failed ? 'failed' : span.critical > 0 ? 'critical' : '';
  return (
    <>
      <td style={indent} class={failed ? 'bad' : ''}>
        {folded !== undefined && <FoldButton folded={folded} onFold={() => onFold(span.id)} />}
        {line(span.name) || '(no name)'}
        {failed && ' ✗'}
        <Hint attributes={span.attributes} />
      </td>
      <td class="lane">
        <span class={`bar ${tone}`} style={{ left: `${left}%`, width: `${width}%` }} />
      </td>
      <td class="num">{duration(span.duration)}</td>
      <td class="num faint">{duration(span.self)}</td>
    </>
  );
}

/** Attributes that distinguish calls of the same name. */
const HINTS = ['db.query.text', 'db.statement', 'url.full', 'http.url', 'messaging.destination.name', 'rpc.method'];

function Hint({ attributes }: { attributes: ShownTrace['spans'][number]['attributes'] }) {
  const key = HINTS.find((known) => attributes[known] !== undefined);
  return key === undefined ? null : <span class="hint">{line(String(attributes[key]), 120)}</span>;
}

function EventCells({ row: { event }, trace, indent }: CellsProps<'event'>) {
  return (
    <>
      <td style={indent}>
        <span class="fold faint">·</span>
        <span class={severityClass(event)}>
          {line(event.log?.severityText ?? (event.log ? 'log' : event.name), 20)}
        </span>{' '}
        {line(eventText(event))}
      </td>
      <td class="lane">
        <span
          class={`tick ${severityOf(event)}`}
          style={{ left: `clamp(4px, ${place(event.time, trace)}%, 100% - 5px)` }}
        />
      </td>
      <td class="num faint">+{duration(Math.max(0, event.time - trace.start))}</td>
      <td />
    </>
  );
}

/** Position of a time, in percent of the trace's duration. */
function place(time: number, { start, duration: millis }: ShownTrace): number {
  if (millis <= 0) return 0;
  return Math.max(0, Math.min(99.85, ((time - start) / millis) * 100));
}
