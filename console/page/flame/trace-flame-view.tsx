import { useMemo } from 'preact/hooks';
import type { SpanDetail } from '../../src/api/schemas.js';
import { duration, percent } from '../../src/text/units.js';
import { note, route } from '../state/route.js';
import { line } from '../text/shown.js';
import type { ShownTrace } from '../trace/shown-trace.js';
import { FlameChart, FlameFoot } from './flame-chart.js';
import { traceFlame } from './trace-flame.js';

const TONES = ['flame-calm', 'flame-critical', 'flame-failed'];
const LABEL = 'Flame view: time to the right, depth downwards. The waterfall has the same spans as a table.';

interface TraceFlameViewProps {
  readonly trace: ShownTrace;
  /** Ids of the lines that contain the search text. */
  readonly matches: ReadonlySet<string>;
}

/** The spans of a trace as a flame. It shares its selection with the waterfall. */
export function TraceFlameView({ trace, matches }: TraceFlameViewProps) {
  const { spans } = trace;
  const flame = useMemo(() => traceFlame(trace), [trace]);
  const indexes = useMemo(() => new Map(spans.map(({ spanId }, index) => [spanId, index])), [spans]);
  const { span: selectedId = '', zoom = '' } = route.value.more;
  // The id of an event begins with the id of its span.
  const selected = indexes.get(selectedId.split('.')[0]!) ?? 0;
  const zoomed = indexes.get(zoom) ?? -1;
  const current = spans[selected];
  return (
    <>
      <FlameChart
        flame={flame}
        tones={TONES}
        label={LABEL}
        selected={selected}
        zoomed={zoomed}
        nameOf={(index) => line(spans[index]!.name, 120)}
        tipOf={(index) => <Tip span={spans[index]!} trace={trace} />}
        ruler={duration}
        {...(matches.size === 0 ? {} : { isFaint: (index: number) => !matches.has(spans[index]!.spanId) })}
        onSelect={(index) => note({ span: spans[index]!.spanId })}
        onZoom={(index) => note(index < 0 ? { zoom: '' } : { zoom: spans[index]!.spanId, span: spans[index]!.spanId })}
      />
      <FlameFoot
        zoomed={zoomed}
        status={
          current !== undefined && (
            <>
              <strong>{line(current.name, 100) || '(no name)'}</strong> <Figures span={current} trace={trace} />
            </>
          )
        }
      />
    </>
  );
}

function Tip({ span, trace }: { span: SpanDetail; trace: ShownTrace }) {
  return (
    <>
      <strong>{line(span.name, 120) || '(no name)'}</strong>
      <span>
        <Figures span={span} trace={trace} />
      </span>
      {span.statusMessage !== null && <span class="bad">{line(span.statusMessage, 160)}</span>}
    </>
  );
}

function Figures({ span, trace }: { span: SpanDetail; trace: ShownTrace }) {
  const share = trace.duration > 0 ? percent(span.duration / trace.duration) : '';
  return (
    <>
      {duration(span.duration)} <span class="faint">{share} · self </span>
      {duration(span.self)} <span class="faint">· at +{duration(Math.max(0, span.start - trace.start))}</span>
      {span.status === 'error' && <span class="bad"> ✗ error</span>}
    </>
  );
}
