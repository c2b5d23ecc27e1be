import { useEffect, useRef } from 'preact/hooks';
import { coloursOf, pictureOn } from '../parts/canvas.js';
import { usePlace } from '../parts/place.js';
import { theme } from '../state/theme.js';
import type { ShownTrace } from './shown-trace.js';

const HEIGHT = 44;

/** The whole trace in one picture, with failed spans in red. The table below has the same contents as text. */
export function Minimap({ trace }: { trace: ShownTrace }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width } = usePlace(canvas);
  useEffect(() => draw(canvas.current!, width, trace), [trace, width, theme.value]);
  return <canvas ref={canvas} class="minimap" aria-hidden="true" />;
}

function draw(canvas: HTMLCanvasElement, width: number, { spans, start, duration }: ShownTrace): void {
  const context = pictureOn(canvas, width, HEIGHT);
  if (context === null || duration <= 0) return;
  const colours = coloursOf(canvas, ['calm-fill', 'accent-fill', 'bad-fill']);
  const step = (HEIGHT - 6) / spans.length;
  const thickness = Math.max(1, Math.min(3, step * 0.75));
  for (const [index, span] of spans.entries()) {
    context.fillStyle = colours[span.status === 'error' ? 'bad-fill' : span.critical > 0 ? 'accent-fill' : 'calm-fill'];
    const left = ((span.start - start) / duration) * width;
    context.fillRect(left, 3 + index * step, Math.max(1, (span.duration / duration) * width), thickness);
  }
}
