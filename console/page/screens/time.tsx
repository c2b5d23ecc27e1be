import { clock, duration, grouped } from '../../src/text/units.js';
import type { Watched } from '../api/live.js';
import { Empty } from '../parts/empty.js';
import { FindField } from '../parts/find.js';
import { heads, ListRow, ListTable, useList } from '../parts/list.js';
import { useAnswer } from '../state/answer.js';
import { go, note, route } from '../state/route.js';
import type { Box } from '../time/heatmap.js';
import { MapCanvas } from '../time/map-canvas.js';
import { SlowPanel } from '../time/slow-panel.js';

const HEADS = heads([['time'], ...['calls', 'errors', 'p50', 'p95', 'p99'].map((name) => [name, 'num'] as const)]);

/** Durations over time: a heatmap, and a table with the same numbers. A selected part leads to its traces. */
export function TimeScreen() {
  const { query, window, more } = route.value;
  const asked: Watched<'time'> = { view: 'time', parameters: { query, window } };
  const answer = useAnswer(asked);
  const slots = (answer?.slots ?? []).filter(({ calls }) => calls > 0).reverse();
  const box = boxIn(more['box']);
  const comparing = box !== undefined || more['compare'] === 'yes';
  const compare = (): void => note({ compare: comparing ? '' : 'yes', box: '' });
  const list = useList({
    title: 'Time',
    noun: 'moment',
    rows: slots,
    idOf: ({ at }) => String(at),
    has: ({ at }, needle) => clock(at).includes(needle),
    rowHeight: 24,
    enter: {
      does: 'its traces, the slowest first',
      run: (slot) => {
        if (slot === undefined || answer === undefined) return;
        go({ screen: 'traces', window: `${slot.at}..${slot.at + answer.slotMillis}`, more: { sort: 'slowest' } });
      },
    },
    keys: [
      { keys: ['c'], does: 'slow against normal', run: compare },
      { keys: ['Escape'], does: 'leave the selection', run: clear },
    ],
  });
  return (
    <>
      <div class="list-head num">
        <span class="legend p50">p50</span>
        <span class="legend p95">p95</span>
        <span class="legend p99">p99</span>
        {answer?.partial === true && <span class="warn">of the newest spans only: the time limit was reached</span>}
        {!comparing && <FindField {...list.find.field} />}
        <span class="spacer" />
        {box === undefined ? (
          <span class="faint drag-hint">drag a box for its traces</span>
        ) : (
          <BoxActs box={box} query={query} onClear={clear} />
        )}
        <button type="button" aria-pressed={comparing} onClick={compare}>
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
        {comparing ? (
          <aside class="detail time-side" aria-label="Slow against normal" tabIndex={0}>
            <SlowPanel
              query={query}
              window={box === undefined ? window : `${Math.floor(box.from)}..${Math.ceil(box.to)}`}
              slowerThan={box?.shortest}
            />
          </aside>
        ) : (
          <div class="detail time-side">
            <ListTable list={list} label="Numbers" style="time-table" head={HEADS}>
              {(slot, place) => (
                <ListRow key={slot.at} {...place} onSelect={list.select}>
                  <td class="faint">{clock(slot.at)}</td>
                  <td class="num">{grouped(slot.calls)}</td>
                  <td class={slot.errors > 0 ? 'num bad' : 'num faint'}>{slot.errors === 0 ? '–' : slot.errors}</td>
                  <td class="num">{duration(slot.p50)}</td>
                  <td class="num">{duration(slot.p95)}</td>
                  <td class="num">{duration(slot.p99)}</td>
                </ListRow>
              )}
            </ListTable>
          </div>
        )}
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
        {clock(from)}–{clock(to)}, {duration(shortest)} to {duration(longest)}
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
