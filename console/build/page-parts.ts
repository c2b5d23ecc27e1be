import { basename, relative } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';

/*
 * The parts of the page that are loaded on demand, by `import()`.
 *
 * Code that a part and the page share is in `page.js` alone, and the part imports it from there. esbuild by itself would put
 * it into further files, which the page would have to request before its first row.
 */

export type PageOptions = BuildOptions & { readonly absWorkingDir: string };

/** A name that a file of the page exports. */
interface UsedName {
  readonly file: string;
  readonly name: string;
}

/** The files that `page.js` consists of, and the parts that it loads on demand. Paths start at the folder of the page. */
export class PageParts {
  readonly #files: readonly string[];
  readonly #parts: readonly string[];
  readonly #exports: ReadonlyMap<string, readonly string[]>;
  readonly #options: PageOptions;
  /** Names that parts import from `page.js`. */
  readonly #used: UsedName[] = [];

  private constructor(
    files: readonly string[],
    parts: readonly string[],
    exports: ReadonlyMap<string, readonly string[]>,
    options: PageOptions,
  ) {
    this.#files = files;
    this.#parts = parts;
    this.#exports = exports;
    this.#options = options;
  }

  static async find(entry: string, options: PageOptions): Promise<PageParts> {
    const { inputs } = await metafileOf([entry], options);
    const files = [...(options.inject ?? []), ...loadedWith(entry, inputs)];
    const parts = new Set(Object.values(inputs).flatMap(({ imports }) => importedBy(imports, true)));
    const { outputs } = await metafileOf(files, options);
    const exports = Object.values(outputs).map(({ entryPoint = '', exports: names }) => [entryPoint, names] as const);
    return new PageParts(files, [...parts], new Map(exports), options);
  }

  /** Writes the parts. */
  async write(outdir: string): Promise<void> {
    await this.#findUsed();
    await build({
      ...this.#optionsOfParts(outdir),
      plugins: [this.#sharing((file) => this.#importsFromPage(file))],
    });
  }

  /** Exports that `page.js` needs, so that the parts can import them. */
  get exportsOfPage(): string {
    const exports = this.#used.map(
      ({ file, name }, index) => `export { ${name} as ${exportName(index)} } from ${JSON.stringify(`./${file}`)};`,
    );
    return exports.join('\n');
  }

  /** Leaves the parts out of the bundle of the page: they are loaded from the files that were written. */
  get leftOut(): Plugin {
    return {
      name: 'parts-left-out',
      setup: (bundle) => {
        bundle.onResolve({ filter: /^\./ }, async ({ path, kind, resolveDir, pluginData }) => {
          if (kind !== 'dynamic-import' || pluginData === WITHIN) return undefined;
          const { path: found } = await bundle.resolve(path, { kind, resolveDir, pluginData: WITHIN });
          return { path: `./${nameOf(this.#parts.find((part) => part === this.#pathOf(found))!)}.js`, external: true };
        });
      },
    };
  }

  /**
   * Finds the names that parts import from files of the page. Marks stand for the names in a bundle that is not written: it
   * has the marks of used names alone.
   */
  async #findUsed(): Promise<void> {
    const marks = (file: string): string => {
      const number = this.#files.indexOf(file);
      const names = this.#exports.get(file) ?? [];
      return names
        .map((name) => `const _${name} = /* @__PURE__ */ of_m${number}_${name}(); export { _${name} as ${name} };`)
        .join('\n');
    };
    const { outputFiles } = await build({
      ...this.#optionsOfParts('unused'),
      write: false,
      plugins: [this.#sharing(marks)],
    });
    const found = outputFiles.flatMap(({ text }) => text.match(/\bof_m\d+_\w+(?=\(\))/g) ?? []);
    for (const mark of new Set(found)) {
      const [, number, name] = /^of_m(\d+)_(\w+)$/.exec(mark)!;
      this.#used.push({ file: this.#files[Number(number)]!, name: name! });
    }
  }

  /**
   * Contents of a file of the page, as parts see it. It has its names from one file that imports all of them: each is
   * imported once, under one short name, however many files of a part use it.
   */
  #importsFromPage(file: string): string {
    const used = this.#used.map(({ file: of, name }, index) => ({ of, name, short: exportName(index) }));
    if (file === ALL) return `export { ${used.map(({ short }) => short).join(', ')} } from '${PAGE}';`;
    const own = used.filter(({ of }) => of === file).map(({ name, short }) => `${short} as ${name}`);
    return `export { ${own.join(', ')} } from '${ALL}';`;
  }

  #optionsOfParts(outdir: string) {
    return {
      ...this.#options,
      entryPoints: Object.fromEntries(this.#parts.map((part) => [nameOf(part), part])),
      outdir,
      splitting: true,
      chunkNames: 'shared-[hash]',
    } satisfies BuildOptions;
  }

  /** In a bundle of parts, files of the page have other contents. */
  #sharing(contentsOf: (file: string) => string): Plugin {
    return {
      name: 'shared-with-page',
      setup: (bundle) => {
        bundle.onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
          if (path === PAGE) return { path, external: true };
          if (path === ALL) return { path, namespace: 'page' };
          if (pluginData === WITHIN) return undefined;
          const found = await bundle.resolve(path, { kind, importer, resolveDir, pluginData: WITHIN });
          const file = this.#pathOf(found.path);
          return this.#files.includes(file) ? { path: file, namespace: 'page' } : found;
        });
        bundle.onLoad({ filter: /.*/, namespace: 'page' }, ({ path }) => ({ contents: contentsOf(path) }));
      },
    };
  }

  #pathOf(path: string): string {
    return relative(this.#options.absWorkingDir, path).replaceAll('\\', '/');
  }
}

/** The script of the page, as its parts see it. */
const PAGE = './page.js';

/** Stands for all files of the page together. */
const ALL = 'all of the page';

/** Mark of a path that a plugin itself resolves. */
const WITHIN = 'within the plugin';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');

/** Names under which `page.js` exports. No variable has one of them, so that an import needs no name of its own. */
export const SHARED_NAMES: readonly string[] = ['$', '_'].flatMap((sign) => LETTERS.map((letter) => sign + letter));

function exportName(index: number): string {
  const name = SHARED_NAMES[index];
  if (name === undefined) throw new RangeError(`parts import more than ${SHARED_NAMES.length} names from the page`);
  return name;
}

function nameOf(part: string): string {
  return basename(part).replace(/\.tsx?$/, '');
}

async function metafileOf(entryPoints: readonly string[], options: PageOptions): Promise<Metafile> {
  const { metafile } = await build({
    ...options,
    entryPoints: [...entryPoints],
    outdir: 'unused',
    splitting: true,
    write: false,
    metafile: true,
  });
  return metafile;
}

/** Files that are loaded with an entry, itself among them. */
function loadedWith(entry: string, inputs: Metafile['inputs']): string[] {
  const loaded = new Set([entry]);
  for (const file of loaded) for (const next of importedBy(inputs[file]!.imports, false)) loaded.add(next);
  return [...loaded].sort();
}

function importedBy(imports: Metafile['inputs'][string]['imports'], onDemand: boolean): string[] {
  // esbuild lists injected files as external.
  const within = imports.filter(({ external }) => external !== true);
  return within.filter(({ kind }) => (kind === 'dynamic-import') === onDemand).map(({ path }) => path);
}
