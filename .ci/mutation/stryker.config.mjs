import { FOLDERS, LEFT_OUT } from './folders.mjs';

/* Configuration for one folder, `MUTATED_FOLDER`. Paths are relative to the repository. */

const HERE = '.ci/mutation';
const folder = process.env['MUTATED_FOLDER'] ?? 'cache/queue';

export default {
  testRunner: 'mocha',
  // The sandbox contains TypeScript, which tsx compiles, as in `npm test`.
  testRunnerNodeArgs: ['--import', 'tsx'],
  mochaOptions: {
    'no-config': true,
    extension: ['ts'],
    spec: [`${HERE}/setup.ts`, ...FOLDERS[folder]],
    ignore: ['test/**/*.process.test.ts'],
    grep: `/^(?!${LEFT_OUT.map((name) => name.replaceAll(/[()]/g, '\\$&')).join('|')})/`,
  },
  // The excluded file is generated data.
  mutate: [`src/${folder}/**/*.ts`, '!src/trace/text/wide-characters.ts'],
  incrementalFile: `${HERE}/.run/${folder.replaceAll('/', '-')}.json`,
  coverageAnalysis: 'perTest',
  // Generous, so that a mutant that is only slow on a busy machine does not count as detected.
  timeoutMS: 10_000,
  timeoutFactor: 2,
  dryRunTimeoutMinutes: 10,
  concurrency: 2,
  incremental: true,
  thresholds: { high: 95, low: 90, break: 90 },
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  allowConsoleColors: false,
  ignorePatterns: [
    '**',
    '!{src,test}/**/*.{ts,mjs}',
    '!.ci/*.ts',
    `!${HERE}/setup.ts`,
    '!package.json',
    '!tsconfig.json',
    'test/otel3/**',
  ],
  tempDirName: `${HERE}/.run/sandbox`,
  // Stryker rewrites tsconfig.json by the JavaScript API of TypeScript, which is not available.
  tsconfigFile: 'none',
};
