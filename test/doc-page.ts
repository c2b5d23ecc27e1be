import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/* Shared by the tests of the documentation: reads pages, and makes folders in which their programs run. */

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A page of the documentation. */
export class DocPage {
  readonly text: string;

  /** @param path from the root of the repository */
  constructor(path: string) {
    this.text = readFileSync(join(ROOT, path), 'utf8');
  }

  /** The blocks of these languages, without the lines around them. */
  blocks(...languages: string[]): string[] {
    const block = new RegExp(`^\`\`\`(?:${languages.join('|')})\\n(.*?)^\`\`\`$`, 'gms');
    return [...this.text.matchAll(block)].map(([, text]) => text!);
  }

  /** The page's JavaScript, by the file name in its first line. */
  code(): Map<string, string> {
    const blocks = this.blocks('js', 'ts', 'mjs', 'cjs', 'javascript', 'typescript');
    return new Map(
      blocks.map((code) => [/^\/\/ (\S+\.[cm]?js)\n/.exec(code)?.[1] ?? `(no name) ${code.slice(0, 60)}`, code]),
    );
  }

  /** The rows, cell by cell, of the first table after this text. */
  tableAfter(text: string): string[][] {
    const start = this.text.indexOf(text);
    if (start < 0) throw new Error(`the page does not say: ${text}`);
    const table = /^\|.*(?:\n\|.*)*/m.exec(this.text.slice(start))![0];
    const [, , ...rows] = table.split('\n');
    return rows.map(cellsOf);
  }
}

/** The cells of a row of a table. */
export function cellsOf(row: string): string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** The names in backticks, of the first column. */
export function namesIn(rows: string[][]): string[] {
  return rows.flatMap(([first]) => [...first!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
}

/**
 * A new folder with these files, inside the repository, where `otel-span-cache` is the package itself; ignored by git.
 * The caller removes it.
 */
export function newProject(name: string, files: Iterable<readonly [name: string, text: string]> = []): string {
  mkdirSync(join(ROOT, 'test/.run'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, `test/.run/${name}-`));
  for (const [file, text] of files) writeFileSync(join(folder, file), text);
  return folder;
}
