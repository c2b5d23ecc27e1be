export type { LogSource, SpanElsewhere, Spans, SpanSource, WatchableSource } from './source.js';
export type { DeliveredSpans } from '../../trace/traces-in.js';
export { traceTree } from './trace-tree.js';
export type { TraceTreeOptions } from './trace-tree-options.js';
export { traceTreeSerializer, type SnapshotSerializer } from './trace-tree-serializer.js';
