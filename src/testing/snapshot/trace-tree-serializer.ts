import { hasSpans, type Spans } from './source.js';
import { traceTree } from './trace-tree.js';

/** What of a snapshot serializer jest and vitest share. */
export interface SnapshotSerializer {
  /** Whether the value is written by this one. */
  test(value: unknown): boolean;
  /** The text, each further line of it indented. */
  serialize(value: unknown, config: unknown, indentation: string): string;
}

/**
 * Writes runs, traces and spans into snapshots as `traceTree()` does: for `expect.addSnapshotSerializer()`
 * of jest and of vitest.
 */
export const traceTreeSerializer: SnapshotSerializer = {
  test: hasSpans,
  serialize: (value, _config, indentation) => {
    if (!hasSpans(value)) return String(value);
    return snapshotText(value).replaceAll('\n', `\n${indentation}`);
  },
};

export function snapshotText(spans: Spans): string {
  return traceTree(spans) || '(no spans)';
}
