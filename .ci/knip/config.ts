import { sourcesOfEntries } from '../entries.js';

/* What nothing uses: files, exports, dependencies. */

const config = {
  entry: [
    ...sourcesOfEntries(),
    'examples/*/*.mjs',
    // Loaded by Stryker.
    '.ci/mutation/{setup.ts,stryker.config.mjs,folders.d.mts}',
    // Run as programs of their own.
    'bench/cases/http/service.ts',
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
  ignore: [
    // Projects of their own, with packages of their own; and what is laid out in one.
    '.ci/api-reference/theme.mjs',
    'test/matrix/{line.ts,own-packages-only.mjs}',
    'test/otel3/**',
    'test/recipes/fixtures/**',
    'test/testing/runners/{jest,vitest,vitest3,vitest5}/**',
  ],
  // An exported type names what an exported function takes, wherever that is called.
  ignoreExportsUsedInFile: { interface: true, type: true },
  ignoreDependencies: [
    // Programs, found by their path.
    '@arethetypeswrong/cli',
    'autocannon',
    'c8',
    // Loaded by its name, if it is there.
    '@opentelemetry/auto-instrumentations-node',
    // There where it runs the tests.
    'vitest',
  ],
  // A program of the system, used where it is there.
  ignoreBinaries: ['unshare'],
};

export default config;
