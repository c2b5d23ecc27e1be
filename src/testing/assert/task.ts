/**
 * Work that yields further work and gets back the result of it: recursion without the call stack, for patterns that
 * nest as deep as a test makes them.
 */
export type Task<T> = Generator<Task<unknown>, T, unknown>;

/** Does the work. What it throws is thrown. */
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
