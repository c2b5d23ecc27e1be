import { CLOCK_MILLIS } from '../../src/analysis/clock.js';
import type { ShownTrace } from '../trace/shown-trace.js';
import { Flame } from './flame.js';
import { FreeRows } from './free-rows.js';

/** Tones of spans: failures take precedence over the critical path, which takes precedence over other spans. */
const SPAN_TONES = { calm: 0, critical: 1, failed: 2 } as const;

/** Fraction of its width by which a span may overlap the previous one in its row: clocks are inexact. */
const OVERLAP = 0.25;

/**
 * Converts the spans of a trace to boxes, with time from left to right and depth downwards. If spans ran at the same
 * time, the later one moves further down, with everything below it, so that none covers another.
 */
export function traceFlame({ spans, start, duration }: ShownTrace): Flame {
  const left = new Float64Array(spans.length);
  const right = new Float64Array(spans.length);
  const row = new Uint32Array(spans.length);
  const parent = new Int32Array(spans.length);
  const tone = new Uint8Array(spans.length);
  const free = new FreeRows(spans.length);
  const above: number[] = [];
  for (const [index, span] of spans.entries()) {
    above.length = span.depth;
    above[span.depth] = index;
    const around = above[span.depth - 1] ?? -1;
    const from = span.start - start;
    const to = from + span.duration;
    const least = (row[around] ?? -1) + 1;
    const place = free.firstFree(least, from + Math.min(CLOCK_MILLIS, span.duration * OVERLAP));
    free.take(place, to);
    parent[index] = around;
    left[index] = from;
    right[index] = to;
    row[index] = place;
    tone[index] = toneOf(span);
  }
  return new Flame({ left, right, row, parent, tone }, duration);
}

function toneOf({ status, critical }: ShownTrace['spans'][number]): number {
  if (status === 'error') return SPAN_TONES.failed;
  return critical > 0 ? SPAN_TONES.critical : SPAN_TONES.calm;
}
