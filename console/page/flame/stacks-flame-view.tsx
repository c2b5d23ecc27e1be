import { useMemo } from 'preact/hooks';
import type { StackRow } from '../../src/api/schemas.js';
import { counted, duration, percent } from '../../src/text/units.js';
import { note, route } from '../state/route.js';
import { line } from '../text/shown.js';
import { FlameChart, FlameFoot } from './flame-chart.js';
import { stacksFlame } from './stacks-flame.js';

const TONES = ['flame-0', 'flame-1', 'flame-2', 'flame-3', 'flame-failed'];
const LABEL = 'Flame graph of the call paths: width is total time, colour the share of calls that failed. ';

/** Call paths as a flame graph. It shares its selection with the table. */
export function StacksFlameView({ rows }: { rows: readonly StackRow[] }) {
  const { flame, rows: boxes } = useMemo(() => stacksFlame(rows), [rows]);
  const indexes = useMemo(() => new Map(boxes.map(({ id }, index) => [String(id), index])), [boxes]);
  const { row = '', zoom = '' } = route.value.more;
  const selected = indexes.get(row) ?? -1;
  const zoomed = indexes.get(zoom) ?? -1;
  const current = boxes[selected];
  const idAt = (index: number): string => (boxes[index] === undefined ? '' : String(boxes[index].id));
  return (
    <>
      <FlameChart
        flame={flame}
        tones={TONES}
        label={`${LABEL}The table has the same paths.`}
        selected={selected}
        zoomed={zoomed}
        nameOf={(index) => nameOf(boxes[index]!)}
        tipOf={(index) => <Tip row={boxes[index]!} />}
        ruler={duration}
        onSelect={(index) => note({ row: idAt(index) })}
        onZoom={(index) => note(index < 0 ? { zoom: '' } : { zoom: idAt(index), row: idAt(index) })}
      />
      <FlameFoot
        zoomed={zoomed}
        status={
          current !== undefined && (
            <>
              <strong>{nameOf(current)}</strong> <Figures row={current} />
            </>
          )
        }
      >
        <span class="spacer" />
        <Legend />
      </FlameFoot>
    </>
  );
}

function nameOf({ name, value }: StackRow): string {
  const text = line(name, 120) || '(no name)';
  return value === null ? text : `${text} ${line(value, 60)}`;
}

function Tip({ row }: { row: StackRow }) {
  return (
    <>
      <strong>{nameOf(row)}</strong>
      <span>
        <Figures row={row} />
      </span>
    </>
  );
}

function Figures({ row: { total, share, calls, errors, p95 } }: { row: StackRow }) {
  return (
    <>
      {duration(total)} <span class="faint">{percent(share)} ·</span> {counted(calls, 'call')}{' '}
      <span class="faint">· p95</span> {duration(p95)}
      {errors > 0 && <span class="bad"> ✗ {percent(errors / calls)}</span>}
    </>
  );
}

function Legend() {
  return (
    <span class="flame-legend faint">
      failed
      {['0', '≤ 1', '≤ 5', '≤ 20', '> 20 %'].map((text, tone) => (
        <span key={text} class={`tone-${tone}`}>
          {text}
        </span>
      ))}
    </span>
  );
}
