import { useEffect, useRef, useState } from 'preact/hooks';
import type { TimeMap } from '../../src/api/schemas.js';
import { duration, clock } from '../../src/text/units.js';
import { coloursOf, pictureOn } from '../parts/canvas.js';
import { usePlace } from '../parts/place.js';
import { theme } from '../state/theme.js';
import { COLOURS, drawAxes, drawMap, Scale, type Box } from './heatmap.js';

interface Drag {
  readonly x: number;
  readonly y: number;
  readonly toX: number;
  readonly toY: number;
}

/** Minimum length of a drag in pixels; a shorter one is a click. */
const SHORTEST_DRAG = 4;

/** The heatmap as a picture, beside a table with the same numbers. Dragging selects a box. */
export function MapCanvas({
  map,
  box,
  onBox,
}: {
  map: TimeMap;
  box: Box | undefined;
  onBox: (box: Box | undefined) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = usePlace(canvas);
  const [drag, setDrag] = useState<Drag>();
  const scale = new Scale(map, size.width, size.height);
  const chosen = theme.value;
  useEffect(() => {
    if (size.width > 0) paint(canvas.current!, scale);
  }, [map, size, chosen]);

  const placeOf = (event: PointerEvent): [x: number, y: number] => {
    const { left, top } = canvas.current!.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const onDown = (event: PointerEvent): void => {
    const [x, y] = placeOf(event);
    canvas.current!.setPointerCapture(event.pointerId);
    setDrag({ x, y, toX: x, toY: y });
  };
  const onMove = (event: PointerEvent): void => {
    if (drag === undefined) return;
    const [toX, toY] = placeOf(event);
    setDrag({ ...drag, toX, toY });
  };
  const onUp = (): void => {
    if (drag === undefined) return;
    setDrag(undefined);
    const isShort = Math.abs(drag.toX - drag.x) < SHORTEST_DRAG || Math.abs(drag.toY - drag.y) < SHORTEST_DRAG;
    onBox(isShort ? undefined : boxOf(scale, drag));
  };
  const shown = drag ?? (box === undefined ? undefined : dragOf(scale, box));
  return (
    <div class="map">
      <canvas
        ref={canvas}
        role="img"
        aria-label="Durations over time. The table beside it has the same numbers."
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerCancel={() => setDrag(undefined)}
      />
      {shown !== undefined && <div class="map-box" style={styleOf(shown)} />}
    </div>
  );
}

function styleOf({ x, y, toX, toY }: Drag) {
  return {
    left: `${Math.min(x, toX)}px`,
    top: `${Math.min(y, toY)}px`,
    width: `${Math.abs(toX - x)}px`,
    height: `${Math.abs(toY - y)}px`,
  };
}

function boxOf(scale: Scale, { x, y, toX, toY }: Drag): Box {
  return {
    from: scale.timeAt(Math.min(x, toX)),
    to: scale.timeAt(Math.max(x, toX)),
    shortest: scale.millisAt(Math.max(y, toY)),
    longest: scale.millisAt(Math.min(y, toY)),
  };
}

function dragOf(scale: Scale, { from, to, shortest, longest }: Box): Drag {
  return { x: scale.x(from), toX: scale.x(to), y: scale.y(longest), toY: scale.y(shortest) };
}

function paint(canvas: HTMLCanvasElement, scale: Scale): void {
  const context = pictureOn(canvas, scale.width, scale.height);
  if (context === null) return;
  const colours = coloursOf(canvas, COLOURS);
  drawMap(context, scale, colours);
  drawAxes(context, scale, colours, { duration, time: clock });
}
