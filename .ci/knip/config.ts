import { sourcesOfEntries } from '../entries.js';

/* Configuration of knip, which finds unused files, exports and dependencies. */

const core = {
  entry: [
    ...sourcesOfEntries(),
    'examples/*/*.mjs',
    // Loaded by Stryker.
    '.ci/mutation/{setup.ts,stryker.config.mjs,folders.d.mts}',
    // Run as programs.
    'bench/cases/http/service.ts',
    'bench/cases/console/programs/*.ts',
    'bench/measure/case-process.ts',
    'examples/service/outside/*.mjs',
    'test/compilers/{compilers.ts,consumer/*}',
    'test/model/otel-{members,types}.ts',
    'test/package/consumer/*',
    'test/recipes/*.recipes.ts',
    'test/{register,testing/remote,threads}/fixtures/*',
    'test/testing/runners/{*,node/*,mocha/*}.{ts,mjs}',
  ],
  project: ['{src,test,bench,examples,.ci}/**/*.{ts,mts,mjs,cjs,js}'],
};

const console = {
  entry: [
    'src/index.ts',
    'src/cli/main.ts',
    'src/worker/main.ts',
    'page/main.tsx',
    // Injected by the build.
    'page/jsx.ts',
    'build/page.ts',
    'test/**/*.{test,matrix,reliability}.ts',
    // Run as programs.
    'test/reliability/service.mjs',
    'test/**/fixtures/*',
  ],
  project: ['{src,page,test,build}/**/*.{ts,tsx,mjs}'],
};

const config = {
  workspaces: { '.': core, console },
  ignore: [
    // Separate projects with their own packages, and files copied into one.
    '.ci/api-reference/theme.mjs',
    'test/matrix/{line.ts,own-packages-only.mjs}',
    'test/otel3/**',
    'test/recipes/fixtures/**',
    'test/testing/runners/{jest,vitest,vitest3,vitest5}/**',
  ],
  // Types of parameters of exported functions are exported, even if no other file uses them.
  ignoreExportsUsedInFile: { interface: true, type: true },
  ignoreDependencies: [
    // Programs that are started by their path.
    '@arethetypeswrong/cli',
    'autocannon',
    'c8',
    // Loaded by its path, in the browser.
    'axe-core',
    // Loaded by name, if installed.
    'otel-span-cache-console',
    '@opentelemetry/auto-instrumentations-node',
    // Installed in the projects whose tests it runs.
    'vitest',
  ],
  // A program of the system, used if present.
  ignoreBinaries: ['unshare'],
};

export default config;
