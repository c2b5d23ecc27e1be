/**
 * A generator that yields inner tasks and gets their results back: recursion without the call stack, for patterns of
 * any depth.
 */
export type Task<T> = Generator<Task<unknown>, T, unknown>;

/** Runs a task to its end. Throws what it throws. */
export function run<T>(task: Task<T>): T {
  const begun: Task<unknown>[] = [];
  let current: Task<unknown> = task;
  let result: unknown;
  for (;;) {
    const step = current.next(result);
    if (!step.done) {
      begun.push(current);
      current = step.value;
      result = undefined;
      continue;
    }
    result = step.value;
    const waiting = begun.pop();
    if (waiting === undefined) return result as T;
    current = waiting;
  }
}
