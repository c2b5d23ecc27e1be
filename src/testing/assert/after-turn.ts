/**
 * Coalesces calls: runs `look` once, in a microtask, after the current synchronous code. Code that starts a thousand
 * spans in a loop is not held up a thousand times, and a faked clock makes no difference.
 */
export function afterTurn(look: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    void Promise.resolve().then(() => {
      due = false;
      look();
    });
  };
}
