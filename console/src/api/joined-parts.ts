import type { TraceRow } from '../model/trace-row.js';

/** Joins all retained parts of a trace into one. */
export function joinedParts(parts: readonly [TraceRow, ...TraceRow[]]): TraceRow {
  const [first] = parts;
  if (parts.length === 1) return first;
  const spans = parts.flatMap((part) => part.spans);
  const start = Math.min(...parts.map((part) => part.start));
  const end = Math.max(...parts.map((part) => part.start + part.duration));
  const whole = parts.find(({ complete }) => complete);
  return {
    id: first.id,
    traceId: first.traceId,
    complete: whole !== undefined,
    root: (whole ?? earliest(parts)).root,
    spans,
    start,
    duration: end - start,
    failed: sum(parts.map(({ failed }) => failed)),
    logs: sum(parts.map(({ logs }) => logs)),
  };
}

function earliest(parts: readonly [TraceRow, ...TraceRow[]]): TraceRow {
  return parts.reduce((first, part) => (part.root.start < first.root.start ? part : first));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
