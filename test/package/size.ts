import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { packageFiles, ROOT } from './installed-package.js';

/** What may not be exceeded, in bytes. Raise it knowingly. */
export const BUDGET = {
  tarball: 750_000,
  installed: 4_500_000,
  'main entry, minified': 106_000,
  'main entry, minified and compressed': 36_000,
};

export type Sizes = Record<keyof typeof BUDGET, number>;

/** How large the package is that would be packed of what is built in `dist/`. */
export async function measure(): Promise<Sizes> {
  const { size, unpackedSize } = await packageFiles();
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
    'main entry, minified': contents.length,
    'main entry, minified and compressed': gzipSync(contents, { level: 9 }).length,
  };
}
