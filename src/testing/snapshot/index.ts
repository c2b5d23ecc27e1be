export type { LogSource, SpanElsewhere, Spans, SpanSource, WatchableSource } from './source.js';
export type { DeliveredSpans } from '../../trace/traces-in.js';
export { traceTree, type TraceTreeOptions } from './trace-tree.js';
export { traceTreeSerializer, type SnapshotSerializer } from './trace-tree-serializer.js';
