import type { TraceSummary } from '../../src/api/schemas.js';
import { duration } from '../../src/text/units.js';

/** Square root, so that short traces stay visible beside a long one. */
const scaled = (millis: number, most: number): number => (most === 0 ? 0 : Math.sqrt(millis / most));

/** The duration of a trace relative to the others, divided into the parts of its critical path. */
export function TraceBar({ row: { duration: millis, bar }, most }: { row: TraceSummary; most: number }) {
  const width = Math.max(1.5, scaled(millis, most) * 100);
  const perMilli = millis === 0 ? 0 : width / millis;
  const parts = bar.map(([offset, length]) => {
    const part = Math.max(0.5, length * perMilli - 0.8);
    return `M${(offset * perMilli).toFixed(2)} 0h${part.toFixed(2)}v10h-${part.toFixed(2)}z`;
  });
  return (
    <svg class="trace-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <title>{duration(millis)}</title>
      <path d={parts.length === 0 ? `M0 0h${width}v10h-${width}z` : parts.join('')} />
    </svg>
  );
}
