/** A generator that yields subtasks and receives their results: recursion that cannot overflow the call stack. */
export type Task<T> = Generator<Task<unknown>, T, unknown>;

/** Runs a task and its subtasks to completion. Rethrows their errors. */
export function run<T>(task: Task<T>): T {
  const callers: Task<unknown>[] = [];
  let current: Task<unknown> = task;
  let result: unknown;
  for (;;) {
    const step = current.next(result);
    if (!step.done) {
      callers.push(current);
      current = step.value;
      result = undefined;
      continue;
    }
    result = step.value;
    const caller = callers.pop();
    if (caller === undefined) return result as T;
    current = caller;
  }
}
