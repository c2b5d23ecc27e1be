import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify, type MinifyOptions } from 'terser';
import { PageParts, SHARED_NAMES, type PageOptions } from './page-parts.js';

const PAGE = fileURLToPath(new URL('../page', import.meta.url));
const OUT = fileURLToPath(new URL('../dist/page', import.meta.url));

const OPTIONS = {
  absWorkingDir: PAGE,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minifySyntax: true,
  minifyWhitespace: true,
  // Packs better than calls of `jsx()`, whose children are in the props.
  jsxFactory: 'h',
  jsxFragment: 'Fragment',
  inject: ['jsx.ts'],
  tsconfigRaw: {},
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies PageOptions;

const TERSER = {
  module: true,
  ecma: 2022,
  mangle: { reserved: [...SHARED_NAMES] },
  compress: {
    passes: 5,
    // Calls stay calls, and constants stay on the right of a comparison: both pack better.
    inline: 1,
    lhs_constants: false,
    // `String(x)` becomes `x + ''`, which differs only for symbols and for objects with a `valueOf`: the page has none.
    unsafe: true,
    // No function without `this` is a constructor.
    unsafe_arrows: true,
  },
} as const satisfies MinifyOptions;

/**
 * Bundles the page into static files: `index.html`, `page.js` and `page.css` for the first rows, and a script for each part
 * that is loaded on demand. Nothing else is ever loaded by it.
 */
export async function buildPage(out = OUT): Promise<void> {
  mkdirSync(out, { recursive: true });
  copyFileSync(join(PAGE, 'index.html'), join(out, 'index.html'));
  const parts = await PageParts.find('main.tsx', OPTIONS);
  await parts.write(out);
  await build({
    ...OPTIONS,
    stdin: { contents: `import './main.tsx';\n${parts.exportsOfPage}`, resolveDir: PAGE, loader: 'ts' },
    outfile: join(out, 'page.js'),
    plugins: [parts.leftOut],
  });
  await minifyScripts(out);
  await build({ entryPoints: [join(PAGE, 'page.css')], outdir: out, bundle: true, minify: true, logLevel: 'warning' });
}

/** After esbuild: with terser's names of variables and folded expressions, the scripts pack 3 % smaller. */
async function minifyScripts(out: string): Promise<void> {
  for (const name of readdirSync(out).filter((file) => file.endsWith('.js'))) {
    const path = join(out, name);
    const { code } = await minify(readFileSync(path, 'utf8'), TERSER);
    writeFileSync(path, code!);
  }
}
