import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { packageFiles, ROOT } from './installed-package.js';

/** Upper limits, in bytes except for the number of files. Raise them only on purpose. */
export const BUDGET = {
  tarball: 400_000,
  installed: 2_000_000,
  files: 1_000,
  'main entry, minified': 128_000,
  'main entry, minified and compressed': 44_000,
};

export type Sizes = Record<keyof typeof BUDGET, number>;

/** Measures the package that npm would pack, with the current build in `dist/`. */
export async function measure(): Promise<Sizes> {
  const { size, unpackedSize, files } = await packageFiles();
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'dist/esm/index.js')],
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    format: 'esm',
    external: ['@opentelemetry/*'],
  });
  const [{ contents }] = outputFiles as [(typeof outputFiles)[0]];
  return {
    tarball: size,
    installed: unpackedSize,
    files: files.length,
    'main entry, minified': contents.length,
    'main entry, minified and compressed': gzipSync(contents, { level: 9 }).length,
  };
}
