import type { HrTime } from '@opentelemetry/api';
import { linkChildren } from './link-children.js';
import type { ReadableSpan } from '../model/otel.js';
import { textOf } from '../model/text-of.js';
import { contextOf, memberOf, timeIn, UNREADABLE } from '../model/value-parts.js';

/** A span in its place in the tree. */
export interface SpanNode {
  readonly span: ReadableSpan;
  /** In the order they started. */
  readonly children: readonly SpanNode[];
  /** Whether it has a parent in this process that is not among the spans: not ended yet, or lost. */
  readonly parentMissing: boolean;
}

/** The spans of one trace. */
export interface Trace {
  readonly traceId: string;
  /** Spans without a parent here, in the order they started. More than one if parents are missing. */
  readonly roots: readonly SpanNode[];
  /** All spans, in the order they were given. */
  readonly spans: readonly ReadableSpan[];
  /**
   * Whether no parent in this process is missing among the spans. Of a trace that `subscribeToTraces()` delivers, also
   * whether it is over: its local root has ended, nothing came for `settleMillis`, and none of it was delivered before.
   */
  readonly complete: boolean;
}

/**
 * Groups spans into one tree per trace, traces in the order of their first span.
 *
 * The order of the spans does not matter: a parent usually ends after its children. A span whose parent
 * is not among them becomes a root; so does one span of a ring of spans that claim each other as
 * parents, so that none is left out. Of two spans with the same ids, the later one counts. Never throws for
 * what it reads of a span: those whose ids cannot be read are roots of a trace called `[unreadable]`.
 */
export function buildTraces(spans: Iterable<ReadableSpan>): Trace[] {
  const byTrace = new Map<string, Branch[]>();
  for (const span of spans) {
    const branch = new Branch(span);
    const members = byTrace.get(branch.traceId);
    if (members === undefined) byTrace.set(branch.traceId, [branch]);
    else members.push(branch);
  }
  return [...byTrace].map(([traceId, members]) => buildTrace(traceId, members));
}

/** The id of a span's parent, in this process or another. Never throws. */
export function parentIdOf(span: ReadableSpan): string | undefined {
  return spanIdIn(memberOf(span, 'parentSpanContext'));
}

/** Where a span without a time is placed. */
const LAST: HrTime = [Infinity, 0];

/** A node while its tree is built, with what its place depends on: each member of the span is read once. */
class Branch {
  readonly node: SpanNode & { readonly children: SpanNode[]; parentMissing: boolean };
  readonly traceId: string;
  readonly spanId: string | undefined;
  readonly parentId: string | undefined;
  readonly parentIsRemote: boolean;
  readonly startTime: HrTime;
  readonly children: Branch[] = [];

  constructor(span: ReadableSpan) {
    const context = contextOf(span);
    const parent = memberOf(span, 'parentSpanContext');
    this.node = { span, children: [], parentMissing: false };
    this.traceId = textOf(memberOf(context, 'traceId'));
    this.spanId = spanIdIn(context);
    this.parentId = spanIdIn(parent);
    this.parentIsRemote = memberOf(parent, 'isRemote') === true;
    this.startTime = timeIn(span, 'startTime') ?? LAST;
  }
}

function buildTrace(traceId: string, members: readonly Branch[]): Trace {
  const byId = new Map<unknown, Branch>();
  for (const branch of members) byId.set(branch.spanId === UNREADABLE ? branch : branch.spanId, branch);
  const branches = [...byId.values()];
  const roots = linkChildren(branches, ({ parentId }) => (parentId === undefined ? undefined : byId.get(parentId)));
  for (const { node, children, parentId, parentIsRemote } of branches) {
    node.parentMissing = parentId !== undefined && !parentIsRemote && !byId.has(parentId);
    for (const child of children.sort(byStart)) node.children.push(child.node);
  }
  return {
    traceId,
    roots: roots.sort(byStart).map(({ node }) => node),
    spans: members.map(({ node }) => node.span),
    complete: branches.every(({ node }) => !node.parentMissing),
  };
}

function spanIdIn(context: unknown): string | undefined {
  const spanId = memberOf(context, 'spanId');
  return spanId === undefined || spanId === null ? undefined : textOf(spanId);
}

function byStart({ startTime: a }: Branch, { startTime: b }: Branch): number {
  return a[0] - b[0] || a[1] - b[1];
}
