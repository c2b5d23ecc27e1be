import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { useKeys } from '../keys/keys.js';
import { pictureOn } from '../parts/canvas.js';
import { usePlace } from '../parts/place.js';
import { scrollToRow } from '../parts/virtual.js';
import { note } from '../state/route.js';
import { theme } from '../state/theme.js';
import { drawFlame, ROW_HEIGHT, RULER_HEIGHT, type View } from './draw.js';
import type { Flame } from './flame.js';
import { paletteOf } from './palette.js';
import { drawRuler } from './ruler.js';

/** Distance in pixels at which the pointer still hits a box: the narrowest boxes are merged and have no width. */
const REACH = 3;
/** Width reserved for the text at the pointer, in pixels. */
const TIP_ROOM = 330;

interface FlameChartProps {
  readonly flame: Flame;
  /** Names of the colours, by tone. */
  readonly tones: readonly string[];
  /** Accessible name of the picture. */
  readonly label: string;
  readonly selected: number;
  /** Index of the box that fills the width; -1 for the whole flame. */
  readonly zoomed: number;
  readonly nameOf: (index: number) => string;
  /** Text at the pointer. */
  readonly tipOf: (index: number) => ComponentChildren;
  readonly ruler: (place: number) => string;
  readonly isFaint?: (index: number) => boolean;
  readonly onSelect: (index: number) => void;
  readonly onZoom: (index: number) => void;
}

interface Pointer {
  readonly index: number;
  readonly x: number;
  readonly y: number;
}

const NONE: Pointer = { index: -1, x: 0, y: 0 };
const never = (): boolean => false;

/** Boxes on a canvas, with hovering, selecting and zooming. */
export function FlameChart(props: FlameChartProps) {
  const { flame, selected, zoomed, tipOf, label, onSelect, onZoom } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const place = usePlace(scroller);
  const [pointer, setPointer] = useState(NONE);
  const { left, right, row } = flame.boxes;
  const view: View = { ...place, from: left[zoomed] ?? 0, to: right[zoomed] ?? flame.total };
  useFlameKeys(props);

  useLayoutEffect(() => {
    if (place.width > 0) paint(canvas.current!, view, props, pointer.index);
  }, [place, props, pointer.index, theme.value]);
  useEffect(() => {
    scrollToRow(scroller.current, row[selected] ?? -1, ROW_HEIGHT, RULER_HEIGHT);
  }, [selected, flame]);

  const indexAt = (event: MouseEvent): number => {
    const bounds = canvas.current!.getBoundingClientRect();
    const perPixel = (view.to - view.from) / Math.max(1, view.width);
    const y = event.clientY - bounds.top - RULER_HEIGHT;
    if (y < 0) return -1;
    const from = view.from + (event.clientX - bounds.left) * perPixel;
    return flame.at(Math.floor((y + view.top) / ROW_HEIGHT), from, REACH * perPixel);
  };
  return (
    <div
      class="scroll flame"
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label={label}
      onPointerMove={(event) => {
        const index = indexAt(event);
        if (index >= 0 || pointer.index >= 0) setPointer({ index, x: event.clientX, y: event.clientY });
      }}
      onPointerLeave={() => setPointer(NONE)}
      onClick={(event) => {
        const index = indexAt(event);
        if (index >= 0) onSelect(index);
      }}
      onDblClick={(event) => onZoom(indexAt(event))}
    >
      <div style={{ height: `${flame.rows.length * ROW_HEIGHT + RULER_HEIGHT + 8}px` }}>
        <canvas ref={canvas} role="img" aria-label={label} class={pointer.index >= 0 ? 'on-box' : ''} />
      </div>
      {pointer.index >= 0 && pointer.index < flame.count && (
        <div class="flame-tip num" aria-hidden="true" style={tipPlace(pointer)}>
          {tipOf(pointer.index)}
        </div>
      )}
    </div>
  );
}

function useFlameKeys({ flame, selected, zoomed, onSelect, onZoom }: FlameChartProps): void {
  const go = (index: number): void => onSelect(Math.max(0, index));
  useKeys(
    'Flame',
    [
      { keys: ['j', 'ArrowDown'], does: 'down, to the widest part', run: () => go(flame.widestBelow(selected)) },
      { keys: ['k', 'ArrowUp'], does: 'up, to the parent', run: () => go(flame.parentOf(selected)) },
      { keys: ['h', 'ArrowLeft'], does: 'to the left in its row', run: () => go(flame.beside(selected, -1)) },
      { keys: ['l', 'ArrowRight'], does: 'to the right in its row', run: () => go(flame.beside(selected, 1)) },
      { keys: ['Enter'], does: 'zoom into it', run: () => onZoom(selected) },
      ...(zoomed < 0 ? [] : [{ keys: ['Escape'], does: 'zoom out', run: () => onZoom(-1) }]),
    ],
    2,
  );
}

function tipPlace({ x, y }: Pointer) {
  const isRight = x > innerWidth - TIP_ROOM;
  const isLow = y > innerHeight - 140;
  return {
    left: isRight ? 'auto' : `${x + 14}px`,
    right: isRight ? `${Math.max(4, innerWidth - x + 10)}px` : 'auto',
    top: isLow ? 'auto' : `${y + 16}px`,
    bottom: isLow ? `${innerHeight - y + 10}px` : 'auto',
  };
}

function paint(canvas: HTMLCanvasElement, view: View, props: FlameChartProps, hovered: number): void {
  const { flame, selected, tones, nameOf, ruler, isFaint = never } = props;
  canvas.style.height = `${view.height}px`;
  const context = pictureOn(canvas, view.width, view.height);
  if (context === null) return;
  const palette = paletteOf(canvas, tones);
  drawFlame(context, flame, view, palette, nameOf, { selected, hovered, isFaint });
  drawRuler(context, view, palette, ruler);
}

interface FlameFootProps {
  /** The selected box in words. */
  readonly status: ComponentChildren;
  readonly zoomed: number;
  readonly children?: ComponentChildren;
}

/** The line below a flame: the selection, and a button that ends the zoom. */
export function FlameFoot({ status, zoomed, children }: FlameFootProps) {
  return (
    <p class="flame-foot num">
      <span role="status">{status}</span>
      {zoomed >= 0 && (
        <button type="button" class="quiet" onClick={() => note({ zoom: '' })}>
          zoom out
        </button>
      )}
      {children}
    </p>
  );
}
