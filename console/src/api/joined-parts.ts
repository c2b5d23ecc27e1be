import type { TraceRow } from '../model/trace-row.js';

/** Joins all retained parts of a trace into one. */
export function joinedParts(parts: readonly [TraceRow, ...TraceRow[]]): TraceRow {
  const [first] = parts;
  if (parts.length === 1) return first;
  const spans = parts.flatMap((part) => part.spans);
  // Not spread: there may be more parts than a call can have arguments.
  const start = parts.reduce((least, part) => Math.min(least, part.start), Infinity);
  const end = parts.reduce((most, part) => Math.max(most, part.start + part.duration), -Infinity);
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
