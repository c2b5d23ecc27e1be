import type { SpanDetail } from '../../api/schemas.js';

/** Spans shown on one line: one span, or siblings of the same name without children. */
export interface Group {
  readonly members: readonly [SpanDetail, ...SpanDetail[]];
}

/** Minimum number of similar siblings to be shown on one line. */
const MIN_ALIKE = 3;

/** Groups in tree order. Adjacent siblings are grouped if they are similar. */
export function groupsOf(spans: readonly SpanDetail[]): Group[] {
  const groups: Group[] = [];
  for (let at = 0; at < spans.length;) {
    const first = spans[at]!;
    let end = at + 1;
    while (end < spans.length && areAlike(first, spans[end]!)) end++;
    if (end - at >= MIN_ALIKE) groups.push({ members: [first, ...spans.slice(at + 1, end)] });
    else for (const span of spans.slice(at, end)) groups.push({ members: [span] });
    at = end;
  }
  return groups;
}

function areAlike(a: SpanDetail, b: SpanDetail): boolean {
  return (
    a.children === 0 &&
    b.children === 0 &&
    a.depth === b.depth &&
    a.name === b.name &&
    a.status === b.status &&
    a.kind === b.kind
  );
}

/**
 * Rank of a group, lower for more important ones: the span in focus, roots, errors, then by time on the critical path,
 * then by duration.
 */
export function rankOf({ members }: Group, focused: SpanDetail | undefined): number {
  if (focused !== undefined && members.includes(focused)) return -Infinity;
  const [first] = members;
  if (first.depth === 0) return -1e15;
  const failed = members.some(({ status }) => status === 'error');
  const critical = members.reduce((sum, span) => sum + span.critical, 0);
  const whole = members.reduce((sum, span) => sum + span.duration, 0);
  return (failed ? -1e12 : 0) - critical * 1_000 - whole;
}
