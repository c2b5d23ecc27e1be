import { rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const SRC = fileURLToPath(new URL('../src', import.meta.url));
const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const MAIN = 'worker/main';

/**
 * Bundles what the worker loads at its start into `dist/worker/main.cjs`, in place of the module `main.js`. Code that it
 * loads on demand stays in modules.
 */
export async function bundleWorker(): Promise<void> {
  await build({
    entryPoints: [join(SRC, `${MAIN}.ts`)],
    outfile: join(DIST, `${MAIN}.cjs`),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    tsconfigRaw: {},
    plugins: [loadedOnDemand],
    logLevel: 'warning',
  });
  rmSync(join(DIST, `${MAIN}.js`));
}

/** Leaves `import()` in the bundle, with a path from the folder of the bundle. */
const loadedOnDemand: Plugin = {
  name: 'loaded-on-demand',
  setup: (bundle) => {
    bundle.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const from = relative(join(SRC, dirname(MAIN)), join(resolveDir, path)).replaceAll('\\', '/');
      return { path: from.startsWith('.') ? from : `./${from}`, external: true };
    });
  },
};
