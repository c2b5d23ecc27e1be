/** Columns of a printed trace that time decides. */
const GUTTER = 36;

/** The traces that a program printed, without ids, times and other parts that vary. */
export function traces(printed: string): string {
  return printed
    .split('\n')
    .map((line) => (/^[ +\d]/.test(line) ? line.slice(GUTTER) : line))
    .map((line) =>
      line
        .replace(/^(trace) [0-9a-f]{32} (.*?) · [\d.]+ \S+/, '$1 $2')
        .replace(/^(trace .*) · pid \d+$/, '$1')
        .replace(/:\d+\//, ':(port)/'),
    )
    .join('\n');
}
