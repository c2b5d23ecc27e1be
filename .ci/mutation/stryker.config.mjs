import { FOLDERS, LEFT_OUT } from './folders.mjs';

/* How one folder is changed: `MUTATED_FOLDER`. Paths are from the repository. */

const HERE = '.ci/mutation';
const folder = process.env['MUTATED_FOLDER'] ?? 'cache/queue';

export default {
  testRunner: 'mocha',
  // The sandbox holds TypeScript, which tsx compiles as it does in `npm test`.
  testRunnerNodeArgs: ['--import', 'tsx'],
  mochaOptions: {
    'no-config': true,
    extension: ['ts'],
    require: ['test/hooks.ts', `${HERE}/setup.ts`],
    spec: FOLDERS[folder],
    ignore: ['test/**/*.process.test.ts'],
    grep: `/^(?!${LEFT_OUT.join('|')})/`,
  },
  // The one that is left out is data, written by a program.
  mutate: [`src/${folder}/**/*.ts`, '!src/trace/text/wide-characters.ts'],
  incrementalFile: `${HERE}/.run/${folder.replaceAll('/', '-')}.json`,
  coverageAnalysis: 'perTest',
  // A mutant that is only slow on a busy machine must not count as found.
  timeoutMS: 10_000,
  timeoutFactor: 2,
  dryRunTimeoutMinutes: 10,
  concurrency: 2,
  incremental: true,
  thresholds: { high: 95, low: 90, break: 90 },
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  allowConsoleColors: false,
  ignorePatterns: ['**', '!{src,test}/**/*.{ts,mjs}', '!.ci/*.ts', `!${HERE}/setup.ts`, '!package.json', '!tsconfig.json', 'test/otel3/**'],
  tempDirName: `${HERE}/.run/sandbox`,
  // It would be rewritten by a TypeScript that has a JavaScript API. There is none.
  tsconfigFile: 'none',
};
