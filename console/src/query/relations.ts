import type { Relation } from './syntax.js';
import type { Test, TraceView, Tree } from './trace-view.js';

/**
 * Returns 1 for each span with a child, parent, ancestor or descendant that passes the test. The test runs once per
 * span, and its results are propagated through the tree once, however deep or wide the tree is.
 */
export function markRelated(relation: Relation, test: Test, view: TraceView): Uint8Array {
  const passed = view.test(test);
  return passed.includes(1) ? SPREAD[relation](passed, view.tree) : passed;
}

const SPREAD: Readonly<Record<Relation, (passed: Uint8Array, tree: Tree) => Uint8Array>> = {
  child(passed, { parents }) {
    const marks = new Uint8Array(passed.length);
    for (let index = 0; index < passed.length; index++) {
      const parent = parents[index]!;
      if (parent !== -1 && passed[index] === 1) marks[parent] = 1;
    }
    return marks;
  },

  parent(passed, { parents }) {
    return passed.map((_, index) => passed[parents[index]!] ?? 0);
  },

  ancestor(passed, { parents, topDown }) {
    const marks = new Uint8Array(passed.length);
    for (const index of topDown) {
      const parent = parents[index]!;
      if (parent !== -1) marks[index] = passed[parent]! | marks[parent]!;
    }
    return marks;
  },

  descendant(passed, { parents, topDown }) {
    const marks = new Uint8Array(passed.length);
    for (let place = topDown.length - 1; place >= 0; place--) {
      const index = topDown[place]!;
      const parent = parents[index]!;
      if (parent !== -1) marks[parent]! |= passed[index]! | marks[index]!;
    }
    return marks;
  },
};
