import { hasSpans, type Spans } from './source.js';
import { traceTree } from './trace-tree.js';

/** The interface of a snapshot serializer in both jest and vitest. */
export interface SnapshotSerializer {
  /** Whether this serializer writes the value. */
  test(value: unknown): boolean;
  /** Returns the text, with all lines after the first indented. */
  serialize(value: unknown, config: unknown, indentation: string): string;
}

/**
 * Writes runs, traces and spans into snapshots as `traceTree()` does. Pass it to `expect.addSnapshotSerializer()` in jest
 * or vitest.
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
