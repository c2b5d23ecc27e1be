/** Columns of a printed trace that time decides. */
const GUTTER = 36;

/** What a program printed of its traces, without what is different each time. */
export function traces(printed: string): string {
  return printed
    .split('\n')
    .map((line) => (/^[ +\d]/.test(line) ? line.slice(GUTTER) : line))
    .map((line) => line.replace(/^(trace) [0-9a-f]{32} (.*?) · [\d.]+ \S+/, '$1 $2').replace(/^(trace .*) · pid \d+$/, '$1').replace(/:\d+\//, ':(port)/'))
    .join('\n');
}
