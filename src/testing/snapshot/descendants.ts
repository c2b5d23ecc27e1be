import { nodesOf } from '../../trace/walk.js';
import type { CapturedNode } from '../../trace/captured-span.js';

/** All spans below a span, in the order they started; of those that started together, a parent first. */
export function descendantsOf(node: CapturedNode): CapturedNode[] {
  return nodesOf(node.children).sort((a, b) => a.startTime - b.startTime);
}
