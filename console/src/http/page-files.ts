import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The build's output folder of the page, `dist/page`, relative to both `dist/http` and `src/http`. */
const PAGE = fileURLToPath(new URL('../../dist/page/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

export interface PageFile {
  readonly type: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/**
 * The files of the page, listed once at the start. Only listed names are served, so no request can reach another file.
 */
export class PageFiles {
  readonly #folder: string;
  readonly #names: ReadonlySet<string>;
  readonly #read = new Map<string, PageFile>();

  constructor(folder = PAGE) {
    this.#folder = folder;
    this.#names = new Set(namesIn(folder));
  }

  /** @param path `/` is `index.html` */
  at(path: string): PageFile | undefined {
    const name = path === '/' ? 'index.html' : path.slice(1);
    if (!this.#names.has(name)) return undefined;
    let file = this.#read.get(name);
    if (file === undefined) {
      file = {
        type: TYPES[extname(name)] ?? 'application/octet-stream',
        content: new Uint8Array(readFileSync(join(this.#folder, name))),
      };
      this.#read.set(name, file);
    }
    return file;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/').replace(/^\//, ''));
  } catch {
    return [];
  }
}
