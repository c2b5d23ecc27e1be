const START = '<!-- matrix: written by npm run test:matrix -- --write -->\n\n';
const END = '\n\n<!-- matrix: end -->';

/** The README with another table between the marks. */
export function withTable(readme: string, table: string): string {
  const [before, rest] = split(readme, START);
  const [, after] = split(rest, END);
  return before + START + table + END + after;
}

/** The table between the marks. */
export function tableOf(readme: string): string {
  return split(split(readme, START)[1], END)[0];
}

function split(text: string, mark: string): [before: string, after: string] {
  const [before, after, ...others] = text.split(mark);
  if (after === undefined || others.length > 0) throw new Error(`the README has not once: ${mark.trim()}`);
  return [before!, after];
}
