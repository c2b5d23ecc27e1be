import { useRef } from 'preact/hooks';
import { duration, grouped, timeOfDay } from '../../src/text/units.js';
import type { Watched } from '../api/live.js';
import { useKeys } from '../keys/keys.js';
import { Empty } from '../parts/empty.js';
import { heads } from '../parts/list.js';
import { scrollToRow, useVisible, VirtualBody } from '../parts/virtual.js';
import { useAnswer } from '../state/answer.js';
import { go, note, route } from '../state/route.js';
import type { Box } from '../time/heatmap.js';
import { MapCanvas } from '../time/map-canvas.js';
import { SlowPanel } from '../time/slow-panel.js';

const ROW_HEIGHT = 24;
const HEADS = heads([['time'], ...['calls', 'errors', 'p50', 'p95', 'p99'].map((name) => [name, 'num'] as const)]);

/** Durations over time: a heatmap, and a table with the same numbers. A selected part leads to its traces. */
export function TimeScreen() {
  const { query, window, more } = route.value;
  const asked: Watched<'time'> = { view: 'time', parameters: { query, window } };
  const answer = useAnswer(asked);
  const slots = (answer?.slots ?? []).filter(({ calls }) => calls > 0).reverse();
  const box = boxIn(more['box']);
  const scroller = useRef<HTMLDivElement>(null);
  const visible = useVisible(scroller, slots.length, ROW_HEIGHT);
  const selected = slots.findIndex(({ at }) => String(at) === more['row']);
  const select = (index: number): void => {
    const at = Math.max(0, Math.min(slots.length - 1, index));
    const slot = slots[at];
    if (slot === undefined) return;
    note({ row: String(slot.at) });
    scrollToRow(scroller.current, at, ROW_HEIGHT);
  };
  const openSlot = (): void => {
    const slot = slots[selected];
    if (slot === undefined || answer === undefined) return;
    go({ screen: 'traces', window: `${slot.at}..${slot.at + answer.slotMillis}`, more: { sort: 'slowest' } });
  };
  const comparing = box !== undefined || more['compare'] === 'yes';
  useKeys('Time', [
    { keys: ['j', 'ArrowDown'], does: 'next moment', run: () => select(selected + 1) },
    { keys: ['k', 'ArrowUp'], does: 'previous moment', run: () => select(selected - 1) },
    { keys: ['g', 'Home'], does: 'newest', run: () => select(0) },
    { keys: ['G', 'End'], does: 'oldest', run: () => select(slots.length - 1) },
    { keys: ['Enter'], does: 'its traces, the slowest first', run: openSlot },
    { keys: ['c'], does: 'slow against normal', run: () => note({ compare: comparing ? '' : 'yes', box: '' }) },
    { keys: ['Escape'], does: 'leave the selection', run: clear },
  ]);
  return (
    <>
      <div class="list-head num">
        <span class="legend p50">p50</span>
        <span class="legend p95">p95</span>
        <span class="legend p99">p99</span>
        {answer?.partial === true && <span class="warn">of the newest spans only: the time limit was reached</span>}
        <span class="spacer" />
        {box === undefined ? (
          <span class="faint drag-hint">drag a box for its traces</span>
        ) : (
          <BoxActs box={box} query={query} onClear={clear} />
        )}
        <button
          type="button"
          aria-pressed={comparing}
          onClick={() => note({ compare: comparing ? '' : 'yes', box: '' })}
        >
          slow against normal
        </button>
      </div>
      <div class="trace-split">
        <div class="trace-main map-holder">
          {answer !== undefined && answer.cells.length > 0 && slots.length > 0 && (
            <MapCanvas
              map={answer}
              box={box}
              onBox={(next) => note({ box: next === undefined ? '' : boxText(next) })}
            />
          )}
          {slots.length === 0 && <Empty loaded={answer !== undefined}>No span has ended in this window yet.</Empty>}
        </div>
        <aside
          class="detail time-side"
          aria-label={comparing ? 'Slow against normal' : 'Numbers'}
          tabIndex={0}
          ref={scroller}
        >
          {comparing ? (
            <SlowPanel
              query={query}
              window={box === undefined ? window : `${Math.floor(box.from)}..${Math.ceil(box.to)}`}
              slowerThan={box?.shortest}
            />
          ) : (
            <table class="rows time-table" aria-rowcount={slots.length + 1}>
              <thead>
                <tr aria-rowindex={1}>{HEADS}</tr>
              </thead>
              <VirtualBody visible={visible} count={slots.length} rowHeight={ROW_HEIGHT}>
                {slots.slice(visible.first, visible.end).map((slot, offset) => (
                  <tr
                    key={slot.at}
                    aria-rowindex={visible.first + offset + 2}
                    aria-selected={visible.first + offset === selected}
                    onClick={() => select(visible.first + offset)}
                  >
                    <td class="faint">{timeOfDay(slot.at).slice(0, 8)}</td>
                    <td class="num">{grouped(slot.calls)}</td>
                    <td class={slot.errors > 0 ? 'num bad' : 'num faint'}>{slot.errors === 0 ? '–' : slot.errors}</td>
                    <td class="num">{duration(slot.p50)}</td>
                    <td class="num">{duration(slot.p95)}</td>
                    <td class="num">{duration(slot.p99)}</td>
                  </tr>
                ))}
              </VirtualBody>
            </table>
          )}
        </aside>
      </div>
    </>
  );
}

function clear(): void {
  note({ box: '', compare: '', row: '' });
}

function BoxActs({ box, query, onClear }: { box: Box; query: string; onClear: () => void }) {
  const { from, to, shortest, longest } = box;
  const within = `root.duration >= ${shortest.toFixed(3)}ms and root.duration <= ${longest.toFixed(3)}ms`;
  return (
    <>
      <span>
        {timeOfDay(from).slice(0, 8)}–{timeOfDay(to).slice(0, 8)}, {duration(shortest)} to {duration(longest)}
      </span>
      <button
        type="button"
        onClick={() =>
          go({
            screen: 'traces',
            query: query === '' ? within : `(${query}) and ${within}`,
            window: `${Math.floor(from)}..${Math.ceil(to)}`,
            more: { sort: 'slowest' },
          })
        }
      >
        its traces
      </button>
      <button type="button" onClick={onClear}>
        clear
      </button>
    </>
  );
}

function boxText({ from, to, shortest, longest }: Box): string {
  return [Math.floor(from), Math.ceil(to), shortest.toFixed(3), longest.toFixed(3)].join('_');
}

function boxIn(text: string | undefined): Box | undefined {
  const numbers = (text ?? '').split('_').map(Number);
  const [from, to, shortest, longest] = numbers;
  if (numbers.length !== 4 || !numbers.every((number) => Number.isFinite(number))) return undefined;
  return { from: from!, to: to!, shortest: shortest!, longest: longest! };
}
