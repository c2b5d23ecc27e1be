import { readFileSync } from 'node:fs';

/** Code with surviving mutants that survivors.md explains. */
export interface Explained {
  readonly file: string;
  /** Part of one line of the file. */
  readonly code: string;
}

/** The part of Stryker's report that is used here. */
interface Report {
  readonly files: Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>;
}

interface Mutant {
  readonly status: string;
  readonly replacement: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

/** The rows of the table in survivors.md. */
export function explained(): Explained[] {
  const text = readFileSync(new URL('survivors.md', import.meta.url), 'utf8');
  return [...text.matchAll(/^\| `(src\/\S+\.ts)` \| `(.+?)` \| /gm)].map(([, file, code]) => {
    return { file: file!, code: code!.replaceAll('\\|', '|') };
  });
}

/** The surviving mutants of a report, except in lines with explained code. */
export function unexplained(reportFile: string, rows: readonly Explained[]): string[] {
  const { files } = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    const codes = rows.filter((row) => row.file === file).map(({ code }) => code);
    return mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .filter(({ location: { start } }) => !codes.some((code) => lines[start.line - 1]!.includes(code)))
      .map(({ location: { start }, replacement }) => `${file}:${start.line}:${start.column} ${replacement}`);
  });
}
