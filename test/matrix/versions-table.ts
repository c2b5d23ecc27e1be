const START = '<!-- matrix: written by npm run test:matrix -- --write -->\n\n';
const END = '\n\n<!-- matrix: end -->';

/** The page with another table between the marks. */
export function withTable(page: string, table: string): string {
  const [before, rest] = split(page, START);
  const [, after] = split(rest, END);
  return before + START + table + END + after;
}

/** The table between the marks. */
export function tableOf(page: string): string {
  return split(split(page, START)[1], END)[0];
}

function split(text: string, mark: string): [before: string, after: string] {
  const [before, after, ...others] = text.split(mark);
  if (after === undefined || others.length > 0) throw new Error(`the page must contain exactly once: ${mark.trim()}`);
  return [before!, after];
}
